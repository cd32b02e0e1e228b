//! Where the contracts are on a chain.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use alloy_primitives::Address;
use barter_bindings::Addresses;
use serde::{Deserialize, Serialize};

use crate::{Error, Network, json};

/// The deployments this crate was built with: chain id to the file's text.
const EMBEDDED: &[(u64, &str)] = include!(concat!(env!("OUT_DIR"), "/deployments.rs"));

/// Longest deployment file that is read, in bytes.
const MAX_FILE_BYTES: u64 = 64 << 10;

/// The contracts' addresses on a chain, in the form of `deployments/<chain id>.json`. Those of the auditors and of the bond are
/// there where they were deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// `BarterCore`, the record of trades.
    #[serde(rename = "BarterCore", serialize_with = "json::address")]
    pub barter_core: Address,
    /// `BTRTrust`, the soulbound score.
    #[serde(rename = "BTRTrust", serialize_with = "json::address")]
    pub btr_trust: Address,
    /// `BTRCredit`, the reward token.
    #[serde(rename = "BTRCredit", serialize_with = "json::address")]
    pub btr_credit: Address,
    /// `AuditorQuorum`, the auditors who rule on disputes, BarterCore's arbiter.
    #[serde(
        rename = "AuditorQuorum",
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "json::optional_address"
    )]
    pub auditor_quorum: Option<Address>,
    /// `BarterBond`, the providers' bonds.
    #[serde(
        rename = "BarterBond",
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "json::optional_address"
    )]
    pub barter_bond: Option<Address>,
    /// The ERC-20 that bonds are in.
    #[serde(
        rename = "BondToken",
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "json::optional_address"
    )]
    pub bond_token: Option<Address>,
    /// The block they were deployed in, or an earlier one: where the history starts.
    #[serde(default)]
    pub block: u64,
}

impl Deployment {
    /// The deployment a network has by itself: the one this crate was built with, and for [`Network::LOCAL`] the one in
    /// `deployments/31337.json` below the working directory.
    ///
    /// # Errors
    /// [`Error::NoDeployment`], and [`Error::InvalidDeployment`] for a local file that cannot be used.
    pub fn of(network: Network) -> Result<Self, Error> {
        let embedded = EMBEDDED.iter().find(|(chain_id, _)| *chain_id == network.chain_id());
        if let Some((chain_id, text)) = embedded {
            return Self::parse(text, &PathBuf::from(format!("deployments/{chain_id}.json")));
        }
        // Only for a chain of this machine: elsewhere a file that happens to lie here must not decide where money goes.
        let local = PathBuf::from(format!("deployments/{}.json", network.chain_id()));
        if network == Network::LOCAL && local.is_file() {
            return Self::from_file(local);
        }
        Err(Error::NoDeployment { chain_id: network.chain_id() })
    }

    /// Reads a deployment file.
    ///
    /// # Errors
    /// [`Error::InvalidDeployment`].
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let invalid = |reason: String| Error::InvalidDeployment { path: path.to_owned(), reason };
        let length = fs::metadata(path).map_err(|error| invalid(error.to_string()))?.len();
        if length > MAX_FILE_BYTES {
            return Err(invalid(format!("it has {length} bytes, expected at most {MAX_FILE_BYTES}")));
        }
        let text = fs::read_to_string(path).map_err(|error| invalid(error.to_string()))?;
        Self::parse(&text, path)
    }

    /// Writes a deployment file, making its folder if need be.
    ///
    /// # Errors
    /// [`Error::InvalidDeployment`] if it cannot be written.
    pub fn to_file(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        let invalid = |reason: String| Error::InvalidDeployment { path: path.to_owned(), reason };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| invalid(error.to_string()))?;
        }
        let text = serde_json::to_string_pretty(self).map_err(|error| invalid(error.to_string()))?;
        fs::write(path, text + "\n").map_err(|error| invalid(error.to_string()))
    }

    /// As the bindings have them.
    pub(crate) const fn addresses(&self) -> Addresses {
        Addresses { core: self.barter_core, trust: self.btr_trust, credit: self.btr_credit }
    }

    /// What an index of this deployment says it is of.
    #[cfg(feature = "index")]
    pub(crate) const fn identity(&self, network: Network) -> barter_index::Identity {
        barter_index::Identity {
            chain_id: network.chain_id(),
            barter_core: self.barter_core,
            btr_trust: self.btr_trust,
            btr_credit: self.btr_credit,
            first_block: self.block,
        }
    }

    /// The chains this crate was built with a deployment of.
    pub fn embedded() -> BTreeMap<u64, Self> {
        EMBEDDED
            .iter()
            .filter_map(|(chain_id, _)| Some((*chain_id, Self::of(Network::from_chain_id(*chain_id)).ok()?)))
            .collect()
    }

    fn parse(text: &str, path: &Path) -> Result<Self, Error> {
        let invalid = |reason: String| Error::InvalidDeployment { path: path.to_owned(), reason };
        let deployment: Self = serde_json::from_str(text).map_err(|error| invalid(error.to_string()))?;
        let bonded = [deployment.auditor_quorum, deployment.barter_bond, deployment.bond_token];
        let addresses = [deployment.barter_core, deployment.btr_trust, deployment.btr_credit];
        if addresses.into_iter().chain(bonded.into_iter().flatten()).any(|address| address.is_zero()) {
            return Err(invalid("an address is zero".to_owned()));
        }
        // A bond is nothing without the auditors and the token it was made with.
        if deployment.barter_bond.is_some() && bonded.contains(&None) {
            return Err(invalid("it has BarterBond, and not both of AuditorQuorum and BondToken".to_owned()));
        }
        Ok(deployment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{
  "BarterCore": "0x5FbDB2315678afecb367f032d93F642f64180aa3",
  "BTRTrust": "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512",
  "BTRCredit": "0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0",
  "block": 7
}
"#;

    const BONDED: &str = r#"{
  "BarterCore": "0x5FbDB2315678afecb367f032d93F642f64180aa3",
  "BTRTrust": "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512",
  "BTRCredit": "0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0",
  "AuditorQuorum": "0x1111111111111111111111111111111111111111",
  "BarterBond": "0x2222222222222222222222222222222222222222",
  "BondToken": "0x3333333333333333333333333333333333333333",
  "block": 7
}
"#;

    #[test]
    fn a_file_reads_back_as_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deployments/1.json");
        let deployment = Deployment::parse(TEXT, &path).unwrap();
        deployment.to_file(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), TEXT);
        assert_eq!(Deployment::from_file(&path).unwrap(), deployment);
        assert_eq!(deployment.barter_bond, None);
    }

    #[test]
    fn a_file_with_a_bond_reads_back_as_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bonded.json");
        let deployment = Deployment::parse(BONDED, &path).unwrap();
        assert_eq!(deployment.barter_bond, Some(Address::repeat_byte(0x22)));
        deployment.to_file(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), BONDED);
        assert_eq!(Deployment::from_file(&path).unwrap(), deployment);
        // The auditors may be there without a bond, and not the other way.
        let bond = r#"  "BarterBond": "0x2222222222222222222222222222222222222222",
"#;
        assert!(Deployment::parse(&BONDED.replace(bond, ""), &path).is_ok());
        for name in ["AuditorQuorum", "BondToken"] {
            let error = Deployment::parse(&BONDED.replace(name, "Nothing"), &path).unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
        }
        assert!(Deployment::parse(&BONDED.replace(&"22".repeat(20), &"00".repeat(20)), &path).is_err());
    }

    #[test]
    fn refuses_what_is_no_deployment() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bad.json");
        let zero = TEXT.replace("5FbDB2315678afecb367f032d93F642f64180aa3", &"0".repeat(40));
        for text in ["", "[]", "{}", r#"{"BarterCore": "0x1"}"#, &zero, &" ".repeat(70_000)] {
            fs::write(&path, text).unwrap();
            let error = Deployment::from_file(&path).unwrap_err();
            assert!(matches!(error, Error::InvalidDeployment { .. }), "{text}: {error:?}");
            assert!(error.to_string().contains("bad.json"));
        }
        assert_eq!(Deployment::from_file(folder.path().join("none.json")).unwrap_err().code(), "invalid_deployment");
    }

    #[test]
    fn a_chain_nobody_deployed_to_is_a_typed_error() {
        let error = Deployment::of(Network::from_chain_id(987_654_321)).unwrap_err();
        assert!(matches!(error, Error::NoDeployment { chain_id: 987_654_321 }));
        assert!(error.next_step().contains("BARTER_DEPLOYMENT"));
    }

    #[test]
    fn every_embedded_deployment_is_readable() {
        assert_eq!(Deployment::embedded().len(), EMBEDDED.len());
    }
}
