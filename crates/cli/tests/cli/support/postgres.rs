//! A PostgreSQL server that somebody else started.

/// Where the server is, if `BARTER_TEST_POSTGRES` names one.
pub(crate) fn server() -> Option<String> {
    let server = std::env::var("BARTER_TEST_POSTGRES").ok();
    if server.is_none() {
        eprintln!("BARTER_TEST_POSTGRES names no server; not tried");
    }
    server
}

/// A schema of a test's own, dropped with it.
#[derive(Debug)]
pub(crate) struct Schema {
    server: String,
    name: String,
}

impl Schema {
    pub(crate) fn new(name: &str) -> Option<Self> {
        let schema = Self { server: server()?, name: format!("cli_{}_{name}", std::process::id()) };
        schema.administer(&format!("CREATE SCHEMA {}", schema.name));
        Some(schema)
    }

    fn administer(&self, sql: &str) {
        ::postgres::Client::connect(&self.server, ::postgres::NoTls).unwrap().batch_execute(sql).unwrap();
    }

    pub(crate) fn url(&self) -> String {
        let sign = if self.server.contains('?') { '&' } else { '?' };
        format!("{}{sign}options=-csearch_path%3D{}", self.server, self.name)
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        self.administer(&format!("DROP SCHEMA {} CASCADE", self.name));
    }
}
