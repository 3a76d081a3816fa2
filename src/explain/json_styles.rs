//! The styles in which JSON may have been written: the choices of layout, escapes and numbers.
//!
//! Each choice has a price, 0 for the most common. The search tries the lowest total first, so that a search that runs out of budget has
//! tried what libraries do by default.

use std::collections::BTreeSet;

use super::json_escapes::{
    AMPERSAND, ANGLES, APOSTROPHE, BACKTICK, C1, CLOSING, CONTROL, DELETE, EQUALS, LINES, NEXT_LINE, NON_ASCII, PLUS,
    PUNCTUATION, QUOTE, SHORT, SLASH,
};
use super::json_numbers;
use super::json_writer::{Arrays, Case, Empty, Escapes, Layout, Spelling, write};
use super::literal::{Node, Text};

/// One choice, with its price and name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice<T> {
    pub(super) price: usize,
    /// The stable code, if the choice has one.
    pub(super) code: &'static str,
    /// Continues "the JSON is written"; empty if there is nothing to say.
    pub(super) words: &'static str,
    pub(super) what: T,
}

/// The features of a tree that a style can change.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Features {
    /// The [`json_escapes`](super::json_escapes) of all strings.
    chars: u32,
    empties: bool,
    arrays: bool,
    /// An array or object has more than one entry.
    commas: bool,
    members: bool,
    /// A string has escapes that JSON does not require.
    kept: bool,
    /// Whole numbers.
    wholes: u32,
}

impl Features {
    pub(super) fn of(node: &Node<'_>) -> Self {
        let mut features = Self::default();
        features.add(node);
        features
    }

    fn add(&mut self, node: &Node<'_>) {
        match node {
            Node::Plain(token) => {
                let whole = token.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit());
                self.wholes = self.wholes.saturating_add(u32::from(whole));
            }
            Node::Text(text) => self.add_text(text),
            Node::List(items) => {
                self.empties |= items.is_empty();
                self.arrays |= !items.is_empty();
                self.commas |= items.len() > 1;
                items.iter().for_each(|item| self.add(item));
            }
            Node::Map(members) => {
                self.empties |= members.is_empty();
                self.members |= !members.is_empty();
                self.commas |= members.len() > 1;
                for (name, value) in members {
                    self.add_text(name);
                    self.add(value);
                }
            }
        }
    }

    fn add_text(&mut self, text: &Text<'_>) {
        self.chars |= text.marks;
        let fewest = |text: &Text<'_>| write(&Node::Text(text.clone()), &COMPACT, FEWEST, Spelling::Kept);
        self.kept |= text.raw.is_some_and(|raw| raw.contains('\\') && fewest(text) != raw);
    }
}

/// The layouts that change the text, named ones first.
pub(super) fn layouts(features: Features) -> Vec<Choice<Layout>> {
    let (one_line, indented) = (("json_layout", "on one line"), ("json_layout", "with one item per line"));
    let choice =
        |price: usize, (code, words): (&'static str, &'static str), what: Layout| Choice { price, code, words, what };
    let mut all: Vec<_> =
        NAMED_LAYOUTS.iter().map(|(price, code, words, what)| choice(*price, (code, words), *what)).collect();
    let mut lines = vec![choice(0, one_line, COMPACT)];
    lines = expand(lines, &[(0, ","), (1, ", "), (2, " , ")], |layout, comma| layout.comma = comma);
    lines = expand(lines, &COLONS, |layout, colon| layout.colon = colon);
    lines = expand(lines, &[(0, Arrays::Lines), (1, Arrays::Padded)], |layout, arrays| layout.arrays = arrays);
    lines = expand(lines, &[(0, Empty::Tight), (1, Empty::Padded)], |layout, empty| layout.empty = empty);
    all.extend(lines);
    let mut lines = vec![choice(0, indented, INDENTED)];
    lines = expand(lines, &INDENTS, |layout, indent| layout.indent = Some(indent));
    lines = expand(lines, &COLONS, |layout, colon| layout.colon = colon);
    lines = expand(lines, &[(0, "\n"), (1, "\r\n")], |layout, eol| layout.eol = eol);
    lines = expand(lines, &ARRAYS, |layout, arrays| layout.arrays = arrays);
    lines = expand(lines, &EMPTIES, |layout, empty| layout.empty = empty);
    lines = expand(lines, &[(0, ","), (2, ", ")], |layout, comma| layout.comma = comma);
    all.extend(lines);
    all.iter_mut().for_each(|choice| normalise(&mut choice.what, features));
    unique(all)
}

/// Resets what does not change the text, so that no text is written twice.
fn normalise(layout: &mut Layout, features: Features) {
    if !features.empties {
        layout.empty = Empty::Tight;
    }
    if !features.arrays && (layout.indent.is_some() || !features.members) {
        layout.arrays = Arrays::Lines;
    }
    if !features.commas {
        layout.comma = ",";
    }
    if !features.members {
        layout.colon = ":";
    }
}

/// The escapes that change the text, named ones first.
pub(super) fn escapes(features: Features) -> Vec<Choice<Escapes>> {
    let mut all = vec![Choice { price: 0, code: "", words: "", what: Escapes { kept: true, ..FEWEST } }];
    let named = NAMED_ESCAPES.iter().filter(|_| features.kept || features.chars != 0);
    all.extend(named.map(|(price, code, words, chars, case)| {
        let what = Escapes { chars: *chars, case: *case, ..FEWEST };
        Choice { price: *price, code, words, what }
    }));
    let other = Choice { price: 3, code: "json_escapes", words: "with other escapes", what: FEWEST };
    let mut mixed = vec![other];
    for bit in SINGLES.iter().filter(|bit| features.chars & **bit != 0).take(MAX_SINGLES) {
        mixed = expand(mixed, &[(0, 0), (0, *bit)], |escapes, bit| escapes.chars |= bit);
    }
    mixed = expand(mixed, &[(0, 0), (0, NON_ASCII)], |escapes, bits| escapes.chars |= bits);
    all.extend(mixed);
    all = expand(all, &[(0, None), (2, Some(Case::Upper)), (2, Some(Case::Lower))], |escapes, case| {
        escapes.case = case.unwrap_or(escapes.case);
    });
    all = expand(all, &[(0, false), (3, true)], |escapes, long| escapes.long = long);
    for Choice { what, .. } in &mut all {
        what.chars &= features.chars;
        what.long &= features.chars & SHORT != 0;
        if what.chars & !SLASH & !CLOSING == 0 && features.chars & CONTROL == 0 && !what.long {
            what.case = Case::Lower;
        }
        // If no string has escapes to keep, keeping them equals writing the fewest.
        what.kept &= features.kept;
        if what.kept {
            *what = Escapes { kept: true, ..FEWEST };
        }
    }
    unique(all)
}

/// The number formats that change the text.
pub(super) fn numbers(node: &Node<'_>, features: Features) -> Vec<Choice<Spelling>> {
    let mut all = vec![Choice { price: 0, code: "", words: "", what: Spelling::Kept }];
    let mut seen: Vec<Vec<String>> = Vec::new();
    for (at, (words, style)) in json_numbers::STYLES.into_iter().enumerate() {
        let mut spelled = Vec::new();
        respell(node, style, &mut spelled);
        if spelled.iter().any(|(old, new)| old != new) {
            let spelled: Vec<_> = spelled.into_iter().map(|(_, new)| new).collect();
            if !seen.contains(&spelled) {
                seen.push(spelled);
                let price = [1, at.min(1)].iter().sum();
                all.push(Choice { price, code: "json_numbers", words, what: Spelling::Of(style) });
            }
        }
    }
    if features.wholes <= MAX_WHOLES {
        for bits in 1..1_u32.checked_shl(features.wholes).unwrap_or_default() {
            let price = if bits.count_ones() == 1 { 2 } else { 3 };
            let words = "a library that distinguishes `1.0` from `1`";
            all.push(Choice { price, code: "json_numbers", words, what: Spelling::DotZero(bits) });
        }
    }
    all
}

fn respell(node: &Node<'_>, style: json_numbers::Numbers, out: &mut Vec<(String, String)>) {
    match node {
        Node::Plain(token) => {
            out.push(((*token).to_owned(), style.spell(token).unwrap_or_else(|| (*token).to_owned())))
        }
        Node::Text(_) => {}
        Node::List(items) => items.iter().for_each(|item| respell(item, style, out)),
        Node::Map(members) => members.iter().for_each(|(_, value)| respell(value, style, out)),
    }
}

/// Every choice combined with every option.
fn expand<T: Copy, O: Copy>(all: Vec<Choice<T>>, options: &[(usize, O)], set: impl Fn(&mut T, O)) -> Vec<Choice<T>> {
    let with = |choice: Choice<T>, (price, option): (usize, O)| {
        let mut choice = Choice { price: choice.price.saturating_add(price), ..choice };
        set(&mut choice.what, option);
        choice
    };
    all.into_iter()
        .flat_map(|choice| options.iter().map(move |option| (choice, *option)))
        .map(|(choice, option)| with(choice, option))
        .collect()
}

/// Of equal choices, the cheapest; of equally cheap ones, the first.
fn unique<T: Copy + Ord>(mut all: Vec<Choice<T>>) -> Vec<Choice<T>> {
    all.sort_by_key(|choice| choice.price);
    let mut seen = BTreeSet::new();
    all.retain(|choice| seen.insert(choice.what));
    all
}

const FEWEST: Escapes = Escapes { kept: false, chars: 0, case: Case::Lower, long: false };
pub(super) const COMPACT: Layout =
    Layout { comma: ",", colon: ":", indent: None, eol: "", arrays: Arrays::Lines, empty: Empty::Tight };
const INDENTED: Layout = Layout { colon: ": ", indent: Some("  "), eol: "\n", ..COMPACT };
const JACKSON: Layout = Layout { colon: " : ", arrays: Arrays::Padded, empty: Empty::Padded, ..INDENTED };

const COLONS: [(usize, &str); 4] = [(0, ": "), (1, " : "), (1, ":"), (2, ":\t")];
const INDENTS: [(usize, &str); 7] = [(0, "  "), (0, "    "), (1, "\t"), (1, "   "), (2, " "), (2, "        "), (3, "")];
const ARRAYS: [(usize, Arrays); 3] = [(0, Arrays::Lines), (1, Arrays::Padded), (1, Arrays::Tight)];
const EMPTIES: [(usize, Empty); 5] =
    [(0, Empty::Tight), (1, Empty::Padded), (1, Empty::Lines), (1, Empty::Gap), (1, Empty::GapInArrays)];

const NAMED_LAYOUTS: [(usize, &str, &str, Layout); 9] = [
    (0, "json_compact", "without white space", COMPACT),
    (0, "json_python", "with a space after each comma and colon", Layout { comma: ", ", colon: ": ", ..COMPACT }),
    (0, "json_indent_2", "indented by 2 spaces", INDENTED),
    (0, "json_indent_4", "indented by 4 spaces", Layout { indent: Some("    "), ..INDENTED }),
    (0, "json_indent_tab", "indented by tabs", Layout { indent: Some("\t"), ..INDENTED }),
    (0, "json_jackson", "indented as Jackson indents it", JACKSON),
    (1, "json_layout", "indented as Swift indents it", Layout { colon: " : ", empty: Empty::Gap, ..INDENTED }),
    (1, "json_layout", "indented as Perl indents it", Layout { colon: " : ", indent: Some("   "), ..INDENTED }),
    (
        1,
        "json_layout",
        "indented as cJSON indents it",
        Layout { colon: ":\t", indent: Some("\t"), arrays: Arrays::Tight, ..INDENTED },
    ),
];

const HTML: u32 = ANGLES | AMPERSAND;
const NAMED_ESCAPES: [(usize, &str, &str, u32, Case); 18] = [
    (0, "json_stringify", "with the escapes of `JSON.stringify`", 0, Case::Lower),
    (0, "json_ascii", "in ASCII, as Python's `json.dumps` writes it", NON_ASCII | DELETE, Case::Lower),
    (0, "json_ascii", "in ASCII", NON_ASCII, Case::Lower),
    (0, "json_php", "with the escapes of PHP's `json_encode`", NON_ASCII | SLASH, Case::Lower),
    (0, "json_go", "with the escapes of Go and Rails", HTML | LINES, Case::Lower),
    (0, "json_gson", "with the escapes of Gson", HTML | APOSTROPHE | EQUALS | LINES, Case::Lower),
    (
        0,
        "json_dotnet",
        "with the escapes of .NET's `System.Text.Json`",
        HTML | APOSTROPHE | QUOTE | PLUS | BACKTICK | DELETE | NON_ASCII,
        Case::Upper,
    ),
    (1, "json_escapes", "in ASCII with upper-case digits, as Jackson writes it", NON_ASCII, Case::Upper),
    (1, "json_escapes", "with the escapes of Newtonsoft", LINES | NEXT_LINE, Case::Lower),
    (1, "json_escapes", "with U+2028 and U+2029 escaped", LINES, Case::Lower),
    (1, "json_escapes", "with escaped slashes, as Swift writes it", SLASH, Case::Lower),
    (1, "json_escapes", "with the escapes of PHP's `JSON_UNESCAPED_UNICODE`", LINES | SLASH, Case::Lower),
    (1, "json_escapes", "with the escapes of org.json", CLOSING | C1 | NEXT_LINE | LINES | PUNCTUATION, Case::Lower),
    (1, "json_escapes", "with the escapes of PowerShell", HTML | APOSTROPHE | LINES | NEXT_LINE, Case::Lower),
    (1, "json_escapes", "with `<` and `>` escaped", ANGLES, Case::Lower),
    (1, "json_escapes", "with `<`, `>` and `&` escaped", HTML, Case::Lower),
    (1, "json_escapes", "with PHP's escapes for HTML", HTML | APOSTROPHE | QUOTE | NON_ASCII | SLASH, Case::Mixed),
    (
        1,
        "json_escapes",
        "with Newtonsoft's escapes for HTML",
        HTML | APOSTROPHE | QUOTE | LINES | NEXT_LINE,
        Case::Lower,
    ),
];

/// Classes that may be escaped independently of each other.
const SINGLES: [u32; 13] =
    [ANGLES, AMPERSAND, APOSTROPHE, EQUALS, PLUS, SLASH, QUOTE, BACKTICK, DELETE, LINES, CLOSING, NEXT_LINE, C1];
/// If a body contains more of them, only named styles are tried.
const MAX_SINGLES: usize = 7;
/// If a body contains more whole numbers, no combination of `.0` is tried.
const MAX_WHOLES: u32 = 5;
