//! A delivery that is checked as another sender's: the report says whose it is.

use countersign::explain::State;
use countersign::scheme;

use crate::support::{Explained, explained};

/// The first accepted delivery of each scheme.
fn accepted() -> impl Iterator<Item = &'static Explained> {
    // A signature inside the body leaves no header to recognise it by.
    scheme::ALL
        .iter()
        .filter(|scheme| scheme.header_names().next().is_some())
        .filter_map(|scheme| explained().iter().find(|one| one.report.ok && one.scheme.name == scheme.name))
}

#[test]
fn the_report_names_the_scheme_of_the_delivery() {
    let mut wrong = Vec::new();
    for Explained { case, scheme, .. } in accepted() {
        let of_family = !scheme.sets().is_empty();
        for other in scheme::ALL.iter().filter(|other| other.name != scheme.name) {
            let report = case.explain(other);
            let step = report.steps.iter().find(|step| step.name == "headers").unwrap();
            // Where both use the same header, it cannot tell them apart.
            let are_alike = other.header_names().all(|name| scheme.header_names().any(|own| own == name));
            if step.state != State::Fail || are_alike {
                continue;
            }
            // Of the senders that share the headers of Standard Webhooks or of Svix, one stands for all.
            let names = if of_family { &["standard-webhooks", "svix"][..] } else { &[scheme.name][..] };
            let fix = step.fix.as_deref().unwrap();
            if !names.iter().any(|name| fix.contains(&format!("`{name}`"))) {
                wrong.push(format!("{} as {}: {}; {fix}", case.title(), other.name, step.detail));
            }
            // The secret is right for its own sender, so its spelling is no fault.
            if report.verdict.fix.as_deref() != Some(fix) {
                wrong.push(format!("{} as {}: {:?}", case.title(), other.name, report.verdict));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}
