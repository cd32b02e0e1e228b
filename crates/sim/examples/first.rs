//! x
fn main() {
    let text = std::fs::read_to_string(std::env::args().nth(1).unwrap()).unwrap();
    let scenario = barter_sim::Scenario::parse(&text).unwrap();
    let t = std::time::Instant::now();
    let outcome = barter_sim::run(&scenario, &()).unwrap();
    let e = t.elapsed().as_secs_f64();
    println!("{}", serde_json::to_string_pretty(&outcome).unwrap());
    println!("{e} s, {} trades/s", outcome.settled as f64 / e);
}
