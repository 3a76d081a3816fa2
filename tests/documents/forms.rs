//! Where the documentation lists the forms of signature, none is missing.

use countersign::scheme::{self, Form};

use crate::page::Page;

#[test]
fn each_form_is_listed_where_forms_are() {
    // No preset has the last one; a configuration may describe it.
    let forms = scheme::ALL.iter().flat_map(|scheme| scheme.forms).copied().chain([Form::HmacSha512]);
    let names: Vec<_> = forms.map(|form| ["`", form.as_str(), "`"].concat()).collect();
    for (page, row) in [("docs/destinations.md", "| `countersign-form` |"), ("docs/logs.md", "| `form` |")] {
        let text = Page::read(page).text;
        let listed = text.lines().find(|line| line.starts_with(row)).unwrap_or_default();
        let missing: Vec<_> = names.iter().filter(|name| !listed.contains(name.as_str())).collect();
        assert!(missing.is_empty(), "{page} does not list {missing:?}");
    }
}
