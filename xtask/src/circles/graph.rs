//! Which file uses which, by which names, and the circles in that.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Files and the names that each takes from others.
#[derive(Debug, Default)]
pub(super) struct Graph {
    uses: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
}

impl Graph {
    /// Records that `from` takes `name` from `to`. A file does not depend on itself.
    pub(super) fn add(&mut self, from: &str, to: &str, name: &str) {
        if from != to {
            let names = self.uses.entry(from.to_owned()).or_default().entry(to.to_owned()).or_default();
            names.insert(name.to_owned());
        }
    }

    /// The number of files that use another.
    pub(super) fn len(&self) -> usize {
        self.uses.len()
    }

    /// Every largest set of files of which each reaches each other, in alphabetical order.
    pub(super) fn circles(&self) -> Vec<Vec<&str>> {
        let reached: BTreeMap<_, _> = self.uses.keys().map(|file| (file.as_str(), self.reach(file))).collect();
        let reaches = |from: &str, to: &str| reached.get(from).is_some_and(|files| files.contains(to));
        let mut circles: Vec<Vec<&str>> = Vec::new();
        for (file, files) in &reached {
            let known = circles.iter().any(|circle| circle.contains(file));
            if !known && files.contains(file) {
                circles.push(files.iter().filter(|other| reaches(other, file)).copied().collect());
            }
        }
        circles
    }

    /// All files that a file leads to. It is among them itself if it is in a circle.
    fn reach<'g>(&'g self, file: &str) -> BTreeSet<&'g str> {
        let next = |file: &str| self.uses.get(file).into_iter().flat_map(BTreeMap::keys).map(String::as_str);
        let (mut reached, mut left) = (BTreeSet::new(), next(file).collect::<Vec<_>>());
        while let Some(file) = left.pop() {
            if reached.insert(file) {
                left.extend(next(file));
            }
        }
        reached
    }

    /// A circle as text: one line for each arrow, with the names that make it.
    pub(super) fn describe(&self, circle: &[&str]) -> String {
        let mut text = String::new();
        for (from, uses) in self.uses.iter().filter(|(from, _)| circle.contains(&from.as_str())) {
            for (to, names) in uses.iter().filter(|(to, _)| circle.contains(&to.as_str())) {
                let names = names.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
                let _ = writeln!(text, "  {from} uses {to}: {names}");
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(arrows: &[(&str, &str)]) -> Graph {
        let mut graph = Graph::default();
        arrows.iter().for_each(|(from, to)| graph.add(from, to, "Name"));
        graph
    }

    #[test]
    fn a_circle_is_found_whole_and_once() {
        let graph = graph(&[("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("d", "e"), ("z", "a")]);
        assert_eq!(graph.circles(), [["a", "b", "c"]]);
        assert_eq!(graph.describe(&["a", "b", "c"]).lines().count(), 3);
    }

    #[test]
    fn a_file_that_uses_itself_is_no_circle() {
        assert!(graph(&[("a", "a"), ("a", "b"), ("c", "b")]).circles().is_empty());
    }

    #[test]
    fn circles_apart_stay_apart() {
        let graph = graph(&[("a", "b"), ("b", "a"), ("b", "c"), ("c", "d"), ("d", "c")]);
        assert_eq!(graph.circles(), [["a", "b"], ["c", "d"]]);
    }
}
