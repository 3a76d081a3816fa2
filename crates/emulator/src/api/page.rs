//! Pagination of lists. The token is the index of the next entry, opaque to clients.

use serde::Deserialize;

use super::error::ApiError;

/// The query of a list, in camel or snake case.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Paging {
    #[serde(alias = "pageSize")]
    page_size: Option<usize>,
    #[serde(alias = "pageToken")]
    page_token: Option<String>,
}

impl Paging {
    /// The entries of this page, and the token of the next if there is one.
    pub(super) fn take<T>(&self, entries: Vec<T>) -> Result<(Vec<T>, Option<String>), ApiError> {
        let from: usize = match self.page_token.as_deref() {
            None | Some("") => 0,
            Some(token) => token.parse().map_err(|_| ApiError::invalid("Invalid page token."))?,
        };
        let size = self.page_size.filter(|size| *size > 0).unwrap_or(DEFAULT_SIZE).min(MOST);
        let next = from.saturating_add(size);
        let token = (next < entries.len()).then(|| next.to_string());
        Ok((entries.into_iter().skip(from).take(size).collect(), token))
    }
}

/// Documented for webhooks.
const DEFAULT_SIZE: usize = 50;
/// Documented for webhooks.
const MOST: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_lead_to_the_end() {
        let all: Vec<_> = (0..7).collect();
        let mut paging = Paging { page_size: Some(3), page_token: None };
        let mut pages = Vec::new();
        loop {
            let (page, token) = paging.take(all.clone()).unwrap();
            pages.push(page);
            let Some(token) = token else { break };
            paging.page_token = Some(token);
        }
        assert_eq!(pages, [vec![0, 1, 2], vec![3, 4, 5], vec![6]]);
        assert!(Paging { page_size: None, page_token: Some("x".into()) }.take(all).is_err());
    }
}
