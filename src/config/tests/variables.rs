//! Sources in several variables.

use std::collections::BTreeMap;

use super::*;

struct Several(BTreeMap<&'static str, String>);

impl Environment for Several {
    fn secret(&self, name: &str) -> Secret {
        Known.secret(name)
    }

    fn has(&self, binding: Binding<'_>) -> bool {
        Known.has(binding)
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }
}

/// A configuration of these variables, each with the sources of these names.
fn several(variables: &[(&'static str, &[&str])]) -> Config {
    let text = |names: &[&str]| {
        let sources: Vec<_> = names.iter().map(|name| format!(r#""{name}":{{{}}}"#, gemini(""))).collect();
        format!("{{{}}}", sources.join(","))
    };
    let all: BTreeMap<_, _> = variables.iter().map(|(name, names)| (*name, text(names))).collect();
    Config::parse(all.get("SOURCES").cloned().as_deref(), &Several(all))
}

/// Names and faults, as `name: fault`.
fn said(config: &Config) -> Vec<String> {
    let faults = config.faults();
    faults.iter().flat_map(|one| one.faults.iter().map(|fault| format!("{}: {fault}", one.name))).collect()
}

fn names(config: &Config) -> Vec<&str> {
    config.iter().map(|(_, name, _)| name).collect()
}

#[test]
fn they_are_read_as_one() {
    let config = several(&[("SOURCES", &["b", "d"]), ("SOURCES_2", &["c", "a"]), ("SOURCES_3", &["e"])]);
    assert_eq!((names(&config), said(&config)), (vec!["a", "b", "c", "d", "e"], vec![]));
    assert_eq!(config.find(b"e").map(|(index, _)| index), Some(4));
    let all: Vec<_> = (2..=20).map(|number| format!("SOURCES_{number}").leak() as &'static str).collect();
    let one = |name: &'static str| {
        (name, std::slice::from_ref(Box::leak(Box::new(name.to_lowercase().replace('_', "-").leak() as &str))))
    };
    let config = several(&all.into_iter().chain(["SOURCES"]).map(one).collect::<Vec<_>>());
    assert_eq!((config.iter().count(), said(&config)), (20, vec![]));
}

#[test]
fn a_source_of_two_variables_is_at_fault_and_no_other_is() {
    let config = several(&[("SOURCES", &["a", "b"]), ("SOURCES_2", &["b", "c"])]);
    let fault = "b: `SOURCES_2` has this source, and another variable has it too; remove one of the two, or rename it";
    assert_eq!(said(&config), [fault]);
    assert!(config.source(0).is_some() && config.source(1).is_none() && config.source(2).is_some());
}

#[test]
fn a_gap_is_said_and_what_is_behind_it_works() {
    let config = several(&[("SOURCES", &["a"]), ("SOURCES_3", &["c"]), ("SOURCES_4", &["d"])]);
    let fault = "SOURCES_3: `SOURCES_3` is there, and the one before it is not; number them without a gap";
    assert_eq!((names(&config), said(&config)), (vec!["a", "c", "d"], vec![fault.to_owned()]));
    assert!(!config.is_partial());
    let config = several(&[("SOURCES_2", &["b"])]);
    assert_eq!(names(&config), ["b"]);
    assert!(config.source(0).is_some() && said(&config)[0].starts_with("SOURCES: `SOURCES` is missing"));
}

/// A source may be in a variable that cannot be read: its sender must try again, and not give up at a 404.
#[test]
fn a_variable_that_is_not_read_makes_the_rest_partial() {
    for (variables, name) in [
        (&[("SOURCES", &["a"][..]), ("SOURCES_2", &[])][..], "SOURCES_2"),
        (&[("SOURCES", &["a"]), ("SOURCES_2", &["b", "b"])], "SOURCES_2"),
        (&[("SOURCES", &["a"]), ("SOURCES_1", &["b"])], "SOURCES_1"),
        (&[("SOURCES", &["a"]), ("SOURCES_21", &["b"])], "SOURCES_21"),
        (&[("SOURCES_2", &["a"])], "SOURCES"),
    ] {
        let config = several(variables);
        assert!(config.is_partial() && config.source(0).is_some(), "{variables:?}");
        assert_eq!(config.faults().iter().map(|one| one.name.as_ref()).collect::<Vec<_>>(), [name]);
        let refused = |path: &str| {
            crate::gateway::route::route(&config, "POST", &["https://a.example/", path].concat())
                .map_err(|missed| missed.refusal.code())
        };
        assert_eq!(refused("a"), Ok(crate::gateway::route::Route::Source(0)));
        assert_eq!(refused("b"), Err("config_invalid"));
    }
}
