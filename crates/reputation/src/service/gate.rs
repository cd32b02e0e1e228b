//! Who may do what only the operator may.

use std::fmt;

use axum::http::{HeaderMap, StatusCode, header};
use sha2::{Digest, Sha256};

use super::answer::Refusal;

/// Fewest and most characters of an operator's token.
pub const MIN_TOKEN_CHARACTERS: usize = 16;
/// See [`MIN_TOKEN_CHARACTERS`].
pub const MAX_TOKEN_CHARACTERS: usize = 512;

/// What the operator shows. Kept as its hash, and shown by nothing.
#[derive(Clone)]
pub struct OperatorToken {
    /// Compared instead of it: how far two hashes agree tells nothing of what was hashed.
    expected: [u8; 32],
}

/// Why a text is no token. It does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Too short to be a secret, or too long for a header.
    #[error(
        "the operator's token has {characters} characters, expected {MIN_TOKEN_CHARACTERS} to {MAX_TOKEN_CHARACTERS}"
    )]
    Length {
        /// How many it has.
        characters: usize,
    },
    /// It could not be sent.
    #[error("the operator's token has a character other than printed ASCII without spaces")]
    Character,
}

impl OperatorToken {
    /// Takes a token; line ends around it are not part of it.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn new(text: &str) -> Result<Self, TokenError> {
        let text = text.trim_matches(['\r', '\n']);
        let characters = text.chars().count();
        if !(MIN_TOKEN_CHARACTERS..=MAX_TOKEN_CHARACTERS).contains(&characters) {
            return Err(TokenError::Length { characters });
        }
        if !text.chars().all(|character| character.is_ascii_graphic()) {
            return Err(TokenError::Character);
        }
        Ok(Self { expected: Sha256::digest(text).into() })
    }

    fn is(&self, shown: &[u8]) -> bool {
        self.expected == <[u8; 32]>::from(Sha256::digest(shown))
    }
}

impl fmt::Debug for OperatorToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("OperatorToken(hidden)")
    }
}

/// Does the request show the token?
pub(super) fn check(expected: Option<&OperatorToken>, headers: &HeaderMap) -> Result<(), Refusal> {
    let Some(expected) = expected else {
        let message = "this service was started without an operator's token, and takes none";
        return Err(Refusal::new(StatusCode::FORBIDDEN, "no_operator", message));
    };
    let mut shown = headers.get_all(header::AUTHORIZATION).iter();
    let bearer = match (shown.next(), shown.next()) {
        (Some(value), None) => value.as_bytes().split_at_checked("Bearer ".len()),
        _ => None,
    };
    match bearer {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case(b"Bearer ") && expected.is(token) => Ok(()),
        _ => {
            let message = "this needs the operator's token: Authorization: Bearer <token>";
            Err(Refusal::new(StatusCode::UNAUTHORIZED, "not_the_operator", message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "0123456789abcdef";

    fn code(values: &[&str]) -> Result<(), &'static str> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, value.parse().unwrap());
        }
        check(Some(&OperatorToken::new(TOKEN).unwrap()), &headers).map_err(|refusal| refusal.code())
    }

    #[test]
    fn only_the_token_opens() {
        assert_eq!(code(&["Bearer 0123456789abcdef"]), Ok(()));
        assert_eq!(code(&["bearer 0123456789abcdef"]), Ok(()));
        for wrong in
            ["Bearer 0123456789abcdeg", "Bearer 0123456789abcde", "Bearer ", "Bearer", "Basic 0123456789abcdef", "é"]
        {
            assert_eq!(code(&[wrong]), Err("not_the_operator"), "{wrong}");
        }
        assert_eq!(code(&[]), Err("not_the_operator"));
        assert_eq!(code(&["Bearer 0123456789abcdef", "Bearer 0123456789abcdef"]), Err("not_the_operator"));
    }

    #[test]
    fn without_a_token_nobody_is_the_operator() {
        let refusal = check(None, &HeaderMap::new()).unwrap_err();
        assert_eq!(refusal.code(), "no_operator");
    }

    #[test]
    fn a_weak_token_is_refused_and_none_is_repeated() {
        assert_eq!(OperatorToken::new("secret").unwrap_err(), TokenError::Length { characters: 6 });
        assert_eq!(OperatorToken::new("0123456789 abcdef").unwrap_err(), TokenError::Character);
        assert!(OperatorToken::new("0123456789abcdef\n").unwrap().is(TOKEN.as_bytes()));
        assert!(!format!("{:?}", OperatorToken::new(TOKEN).unwrap()).contains("0123"));
    }
}
