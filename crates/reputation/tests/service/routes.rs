//! Every route is reached, and none stands in another's way.

use std::collections::BTreeSet;

use barter_reputation::{
    service::openapi,
    wire::{Form, OutcomeFields, OutcomeJson, SignedOutcome},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Fixture, PREFIX, PROVIDER, code, dispute, event, fields, key, outcome, sign, start};

/// Each route of the document: its method and its path behind the prefix.
fn documented() -> Vec<(Method, String)> {
    let document = serde_json::to_value(openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let routes = paths.iter().flat_map(|(path, item)| {
        let path = path.strip_prefix(PREFIX).unwrap();
        item.as_object().unwrap().keys().map(move |method| (method.to_uppercase().parse().unwrap(), path.to_owned()))
    });
    routes.collect()
}

/// Every character as a number, so that no proxy or router takes it for a route.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |path, byte| path + &format!("%{byte:02X}"))
}

/// How often each route was asked, by the service's own count.
async fn asked(service: &Fixture, method: &Method, route: &str) -> u64 {
    let url = format!("http://{}{PREFIX}/metrics", service.address());
    let text = service.client.get(url).send().await.unwrap().text().await.unwrap();
    let label = format!("route=\"{route}\",method=\"{method}\"");
    let lines =
        text.lines().filter(|line| line.starts_with("barter_reputation_requests_total") && line.contains(&label));
    lines.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_has_every_route_of_the_specification() {
    let routes: BTreeSet<String> = documented().into_iter().map(|(method, path)| format!("{method} {path}")).collect();
    for route in [
        "GET /{hub_url}",
        "POST /events",
        "POST /outcomes",
        "GET /{hub_url}/outcomes",
        "POST /disputes",
        "GET /disputes/{dispute_id}",
        "POST /disputes/{dispute_id}/resolve",
        "GET /slashes",
        "GET /slashes/by-provider/{hub_url}",
        "GET /oracle/quorum",
        "GET /oracle/log",
        "GET /healthz",
        "GET /metrics",
        "GET /openapi.json",
        "PUT /consumers",
        "PUT /providers",
    ] {
        assert!(routes.contains(route), "{route}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_route_shadows_another() {
    let service = start().await;
    let routes = documented();
    // The names that routes are made of, as names of hubs and disputes.
    let names: BTreeSet<String> = routes
        .iter()
        .flat_map(|(_, path)| {
            let whole = path.trim_start_matches('/').to_owned();
            let segments: Vec<_> = whole.split('/').map(str::to_owned).collect();
            segments.into_iter().chain([whole])
        })
        .filter(|name| !name.contains('{'))
        .chain([PROVIDER.to_owned()])
        .collect();
    for (method, route) in &routes {
        if !route.contains('{') {
            let before = asked(&service, method, route).await;
            service
                .client
                .request(method.clone(), format!("http://{}{PREFIX}{route}", service.address()))
                .send()
                .await
                .unwrap();
            // Asking for the count is a request itself.
            let own = u64::from(route == "/metrics");
            assert_eq!(asked(&service, method, route).await, before + 1 + own, "{method} {route}");
            continue;
        }
        for name in &names {
            let path = route.replace("{hub_url}", &encoded(name)).replace("{dispute_id}", &encoded(name));
            let before = asked(&service, method, route).await;
            service
                .client
                .request(method.clone(), format!("http://{}{PREFIX}{path}", service.address()))
                .send()
                .await
                .unwrap();
            assert_eq!(asked(&service, method, route).await, before + 1, "{method} {route} with {name}");
        }
    }
}

/// An outcome of a provider of this name.
fn about(provider: &str) -> OutcomeJson {
    sign(Form::Published, OutcomeFields { provider_hub: provider.to_owned(), ..fields(provider) }, &key(2))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_called_like_a_route_is_reached_encoded_and_the_route_as_it_is() {
    let service = start().await;
    for name in [
        "slashes",
        "oracle/quorum",
        "events",
        "healthz",
        "metrics",
        "openapi.json",
        "disputes",
        "x/outcomes",
        "outcomes",
    ] {
        assert_eq!(service.record(&[about(name)]).await["received"], json!(1), "{name}");
        let (status, answer) = service.get(&format!("/{}", encoded(name))).await;
        assert_eq!((status, &answer["hub_url"]), (StatusCode::OK, &json!(name)), "{name}");
        let (status, answer) = service.get(&format!("/{}/outcomes", encoded(name))).await;
        assert_eq!((status, &answer["outcomes"][0]["provider_hub"]), (StatusCode::OK, &json!(name)), "{name}");
    }
    assert!(service.get("/slashes").await.1["slashes"].is_array());
    assert_eq!(service.get("/oracle/quorum").await.1["mode"], json!("unknown"));
    assert_eq!(service.get("/healthz").await.1["status"], json!("ok"));
    assert_eq!(code(&service.get("/events").await), (405, "method_not_allowed".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_is_found_however_its_url_is_written() {
    let service = start().await;
    service.record(&[outcome("a")]).await;
    for path in [
        "/https://provider.example.com",
        "/https:/provider.example.com",
        "/https%3A%2F%2Fprovider.example.com",
        "/https%3a%2f%2fprovider.example.com",
        "/HTTPS://Provider.Example.COM",
        "/https://provider.example.com/",
    ] {
        let (status, answer) = service.get(path).await;
        assert_eq!((status, &answer["details"]["total_outcomes"]), (StatusCode::OK, &json!(1)), "{path}");
        let (status, answer) = service.get(&format!("{path}/outcomes?limit=5")).await;
        assert_eq!((status, &answer["size"]), (StatusCode::OK, &json!(1)), "{path}");
        let (status, answer) = service.get(&format!("/slashes/by-provider{path}")).await;
        assert_eq!((status, &answer["slash_count"]), (StatusCode::OK, &json!(0)), "{path}");
    }
    // A proxy made one slash of two, and the host is called like a route.
    assert_eq!(code(&service.get("/https:/outcomes").await), (404, "unknown_provider".to_owned()));
    service.record(&[about("https://outcomes")]).await;
    assert_eq!(service.get("/https:/outcomes").await.1["hub_url"], json!("https://outcomes"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_nowhere_says_so_in_json() {
    let service = start().await;
    let url = format!("http://{}/", service.address());
    let response = service.client.get(url).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    assert_eq!(body["error"], json!("no_such_route"));
    for (method, path) in [(Method::DELETE, "/slashes"), (Method::POST, "/https://a.example/b"), (Method::PATCH, "/x")]
    {
        let answer = service.send(method, path, None, None).await;
        assert_eq!(code(&answer), (405, "method_not_allowed".to_owned()), "{path}");
    }
    for (path, expected) in [
        ("/%ff", "invalid_hub_url"),
        ("/a%00b", "invalid_hub_url"),
        ("/disputes/%ff", "invalid_dispute_id"),
        ("/slashes?limit=0", "invalid_parameter"),
        ("/slashes?limit=1001", "invalid_parameter"),
        ("/slashes?limit=many", "invalid_parameter"),
        ("/slashes?unknown=1", "invalid_parameter"),
        ("/slashes?limit=1&limit=2", "invalid_parameter"),
        ("/oracle/log/entries?from=-1", "invalid_parameter"),
        ("/https://a.example/outcomes?cursor=1e3", "invalid_parameter"),
        ("/oracle/log/consistency", "invalid_parameter"),
    ] {
        assert_eq!(code(&service.get(path).await), (400, expected.to_owned()), "{path}");
    }
}

/// All status codes and the shapes that schemathesis checks are in the document; here is what it cannot see.
#[test]
fn the_document_describes_what_is_written() {
    let document = serde_json::to_value(openapi()).unwrap();
    assert_eq!(document["openapi"], json!("3.1.0"));
    let properties = |name: &str| document["components"]["schemas"][name]["properties"].as_object().unwrap().clone();
    let signed: SignedOutcome = outcome("a").read().unwrap();
    let ours = sign(Form::Bound(crate::support::DOMAIN), fields("a"), &key(2));
    for written in
        [serde_json::to_value(OutcomeJson::write(&signed)), serde_json::to_value(ours), serde_json::to_value(event(1))]
    {
        for name in written.unwrap().as_object().unwrap().keys() {
            assert!(properties("Outcome").contains_key(name), "Outcome has no {name}");
        }
    }
    for name in serde_json::to_value(dispute("d", "a")).unwrap().as_object().unwrap().keys() {
        assert!(properties("Dispute").contains_key(name), "Dispute has no {name}");
    }
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let responses = operation["responses"].as_object().unwrap();
            let needed: &[&str] = match method.as_str() {
                "post" | "put" => &["200", "400", "408", "413", "415", "429", "503"],
                _ => &["200"],
            };
            assert!(needed.iter().all(|status| responses.contains_key(*status)), "{method} {path}");
            assert!(operation["summary"].is_string(), "{method} {path}");
        }
    }
}
