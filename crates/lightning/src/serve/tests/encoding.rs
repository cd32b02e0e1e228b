//! Bytes and numbers as LND's JSON writes them.

use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE, Engine};
use proptest::prelude::*;
use serde_json::json;

use crate::serve::encoding::{Binary, Long};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_are_read_in_every_kind_of_base64(bytes in proptest::array::uniform32(any::<u8>())) {
        let written = serde_json::to_value(Binary::new(&bytes)).unwrap();
        let standard = BASE64_STANDARD.encode(bytes);
        prop_assert_eq!(written.as_str(), Some(standard.as_str()));
        let url_safe = BASE64_URL_SAFE.encode(bytes);
        for text in [standard.trim_end_matches('='), url_safe.trim_end_matches('='), &standard, &url_safe] {
            prop_assert_eq!(Binary::read(text).unwrap().thirty_two().unwrap(), bytes);
        }
    }

    #[test]
    fn numbers_are_written_as_text_and_read_as_either(number in any::<u64>()) {
        let written = serde_json::to_value(Long(number)).unwrap();
        prop_assert_eq!(&written, &json!(number.to_string()));
        for value in [written, json!(number)] {
            let Long(read) = serde_json::from_value(value).unwrap();
            prop_assert_eq!(read, number);
        }
    }
}
