//! The cases that are measured, and the contenders in each.

use crate::aim::Aim;

/// The last segment of the URLs of sources that need one.
pub(crate) const URL_TOKEN: &str = "token-of-the-benchmarks";

/// Who is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contender {
    Countersign,
    /// Checks nothing. No other contender can be faster.
    Empty,
    /// Does the minimum to refuse a forgery. No contender that checks can be faster.
    Least,
    /// npm `standardwebhooks`.
    StandardWebhooks,
    /// npm `jose`.
    Jose,
    /// WebCrypto, by hand.
    WebCrypto,
}

impl Contender {
    /// The name in files, tables and plots.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Countersign => "countersign",
            Self::Empty => "empty",
            Self::Least => "least",
            Self::StandardWebhooks => "standardwebhooks",
            Self::Jose => "jose",
            Self::WebCrypto => "webcrypto",
        }
    }

    /// The name for people.
    pub(crate) const fn label(self, mode: Mode) -> &'static str {
        match self {
            Self::StandardWebhooks if matches!(mode, Mode::Inbox) => "`standardwebhooks`, Durable Object by hand",
            Self::Countersign => "Countersign",
            Self::Empty => "empty Worker",
            Self::Least => "least check",
            Self::StandardWebhooks => "`standardwebhooks`",
            Self::Jose => "`jose`",
            Self::WebCrypto => "WebCrypto by hand",
        }
    }
}

/// What a Worker does with an event, and which kind of signature it checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// `v1`; to a service that does nothing.
    Pass,
    /// `v1`; the same, with a mark in KV.
    Kv,
    /// `v1`; into a Durable Object.
    Inbox,
    /// `v1a`, from a key set; to a service.
    V1a,
    /// RS256 tokens, from a key set; to a service.
    Jwt,
    /// GitHub's signatures; to a service.
    Github,
    /// Stripe's signatures; to a service.
    Stripe,
}

impl Mode {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Kv => "kv",
            Self::Inbox => "inbox",
            Self::V1a => "v1a",
            Self::Jwt => "jwt",
            Self::Github => "github",
            Self::Stripe => "stripe",
        }
    }
}

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// A well-formed signature over nothing.
    Forged,
    /// A hundred of them in one header.
    HundredForged,
    /// One signed delivery, again and again.
    Valid,
    /// Signed deliveries, each with an id of its own.
    Fresh,
    /// Signed by a key of a set of three, some rounds by one and some by another.
    V1a,
    /// A token.
    Jwt,
    /// GitHub's, with a well-formed signature over nothing.
    ForgedGithub,
    /// Stripe's, with a well-formed signature over nothing.
    ForgedStripe,
    /// A delivery to a source that does not exist.
    Astray,
    /// A GET.
    Get,
}

/// Requests of one kind, sent to several contenders in turn.
pub(crate) struct Case {
    /// The name for `--only`, and of the file about a target that was missed.
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) mode: Mode,
    pub(crate) sent: Sent,
    /// Bytes of the body.
    pub(crate) body: usize,
    /// The outcome of each request: the `code` of its log record.
    pub(crate) outcome: &'static str,
    /// In the order of the table of requests per second.
    pub(crate) contenders: &'static [Contender],
    /// Countersign's rate over that of another.
    pub(crate) aims: &'static [(Contender, Aim)],
}

use Contender::{Countersign, Empty, Jose, Least, StandardWebhooks, WebCrypto};

/// Slices per contender and round, of normal and of long ones.
pub(crate) const SLICES: u32 = 16;
pub(crate) const LONG_SLICES: u32 = 4;

const REFUSED: &str = "no_matching_signature";

/// The lines of the table that are rates.
pub(crate) const CASES: &[Case] = &[
    Case {
        name: "forged",
        title: "forged delivery refused, 400 B",
        mode: Mode::Pass,
        sent: Sent::Forged,
        body: 400,
        outcome: REFUSED,
        contenders: &[Countersign, Empty, Least, StandardWebhooks, WebCrypto],
        aims: &[(Empty, Aim::Reported), (StandardWebhooks, Aim::AtLeast(1.25))],
    },
    Case {
        name: "valid",
        title: "valid delivery to a service binding, 400 B",
        mode: Mode::Pass,
        sent: Sent::Valid,
        body: 400,
        outcome: "delivered",
        contenders: &[Countersign, Empty, StandardWebhooks, WebCrypto],
        aims: &[(StandardWebhooks, Aim::AtLeast(1.1))],
    },
    Case {
        name: "kv",
        title: "valid delivery, KV dedupe and service binding, 400 B",
        mode: Mode::Kv,
        sent: Sent::Fresh,
        body: 400,
        outcome: "delivered",
        contenders: &[Countersign, Empty, StandardWebhooks, WebCrypto],
        aims: &[(StandardWebhooks, Aim::AtLeast(1.0))],
    },
    Case {
        name: "64k",
        title: "forged delivery refused, 64 KiB",
        mode: Mode::Pass,
        sent: Sent::Forged,
        body: 64 << 10,
        outcome: REFUSED,
        contenders: &[Countersign, Empty, Least, StandardWebhooks],
        aims: &[(StandardWebhooks, Aim::AtLeast(3.3))],
    },
    Case {
        name: "1m",
        title: "forged delivery refused, 1 MiB",
        mode: Mode::Pass,
        sent: Sent::Forged,
        body: 1 << 20,
        outcome: REFUSED,
        contenders: &[Countersign, Empty, Least, StandardWebhooks],
        aims: &[(StandardWebhooks, Aim::AtLeast(5.5))],
    },
    Case {
        name: "v1a",
        title: "`v1a`, warm key set of three keys, 400 B",
        mode: Mode::V1a,
        sent: Sent::V1a,
        body: 400,
        outcome: "delivered",
        contenders: &[Countersign, Empty, WebCrypto],
        aims: &[(WebCrypto, Aim::AtLeast(1.0))],
    },
    Case {
        name: "jwt",
        title: "RS256 JWT, warm key set",
        mode: Mode::Jwt,
        sent: Sent::Jwt,
        body: 400,
        outcome: "delivered",
        contenders: &[Countersign, Empty, Jose],
        aims: &[(Jose, Aim::AtLeast(1.0))],
    },
    Case {
        name: "github",
        title: "forged GitHub delivery refused, 400 B",
        mode: Mode::Github,
        sent: Sent::ForgedGithub,
        body: 400,
        outcome: REFUSED,
        contenders: &[Countersign, WebCrypto],
        aims: &[(WebCrypto, Aim::AtLeast(1.25))],
    },
    Case {
        name: "stripe",
        title: "forged Stripe delivery refused, 400 B",
        mode: Mode::Stripe,
        sent: Sent::ForgedStripe,
        body: 400,
        outcome: REFUSED,
        contenders: &[Countersign, WebCrypto],
        aims: &[(WebCrypto, Aim::AtLeast(1.25))],
    },
    Case {
        name: "inbox",
        title: "inbox accept, 400 B",
        mode: Mode::Inbox,
        sent: Sent::Fresh,
        body: 400,
        outcome: "accepted",
        contenders: &[Countersign, Empty, StandardWebhooks, WebCrypto],
        aims: &[(StandardWebhooks, Aim::AtLeast(0.95))],
    },
    Case {
        name: "hundred",
        title: "100 wrong signatures in one header",
        mode: Mode::Pass,
        sent: Sent::HundredForged,
        body: 400,
        outcome: REFUSED,
        contenders: &[Countersign, Empty, StandardWebhooks],
        aims: &[(Empty, Aim::Reported)],
    },
    Case {
        name: "unknown",
        title: "unknown source",
        mode: Mode::Pass,
        sent: Sent::Astray,
        body: 400,
        outcome: "not_found",
        contenders: &[Countersign, Empty],
        aims: &[(Empty, Aim::Reported)],
    },
    Case {
        name: "method",
        title: "wrong method",
        mode: Mode::Pass,
        sent: Sent::Get,
        body: 0,
        outcome: "method_not_allowed",
        contenders: &[Countersign, Empty],
        aims: &[(Empty, Aim::Reported)],
    },
];

impl Case {
    /// Whether its answers are successes.
    pub(crate) fn succeeds(&self) -> bool {
        matches!(self.outcome, "delivered" | "accepted")
    }

    /// The number of slices in a round: many, so that a disturbance affects all contenders, and few for large bodies. A slice begins with a
    /// request on each connection. They arrive at the same time, so a Worker first waits for all of them: 2 ms for 16 bodies of 1 MiB. In a
    /// short slice that is 4 % of the time of a fast contender, and 2 % of that of a slow one.
    pub(crate) fn slices(&self) -> u32 {
        if self.body < 1 << 20 { SLICES } else { LONG_SLICES }
    }

    /// The path of its requests in a round. Ids are new to every round by being sent to another source.
    pub(crate) fn path(&self, round: usize) -> String {
        match (self.sent, self.mode) {
            (Sent::Astray, _) => "/unknown".to_owned(),
            (_, Mode::Pass) => "/gemini".to_owned(),
            (_, mode @ (Mode::Github | Mode::Stripe)) => format!("/{}", mode.name()),
            (_, mode @ (Mode::Kv | Mode::Inbox)) => format!("/{}-{round}", mode.name()),
            (_, mode @ (Mode::V1a | Mode::Jwt)) => format!("/{}/{}", mode.name(), URL_TOKEN),
        }
    }
}
