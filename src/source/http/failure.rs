//! Why a request got no reply, as a program needs to know it and as people are told.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use crate::error::{Error, Kind};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The host's address is not public, and the host is not allowed.
    Private {
        host: String,
    },
    /// A redirect to something that is not fetched: another scheme, or an address with a password in it.
    Address {
        what: &'static str,
    },
    TooManyRedirects,
    /// The host has no address.
    Lookup,
    Connect,
    Tls,
    TimedOut,
    /// The connection ended before the reply did.
    CutOff,
    /// More bytes than the caller allows.
    TooLarge,
    /// The client cannot be set up on this machine.
    Setup(String),
}

/// Whether another try can help after a reply of this status: it came too early, or the server has a fault.
pub(crate) const fn status_may_pass(status: u16) -> bool {
    matches!(status, 408 | 425 | 500..=599)
}

impl Failure {
    /// Whether another try can help.
    pub(crate) const fn may_pass(&self) -> bool {
        matches!(self, Self::Lookup | Self::Connect | Self::TimedOut | Self::CutOff)
    }

    /// The failure as an error about this host. [`Failure::TooLarge`] has its own words where the limit is known.
    pub(in crate::source) fn into_error(self, host: &str) -> Error {
        let unavailable = |message: String| Error::new(Kind::SourceUnavailable, message);
        match self {
            Self::Private { host } => Error::new(
                Kind::Usage,
                format!("{host} is in a private network or on this machine, and is not contacted"),
            )
            .hint(format!("If you trust it, allow it with --allow-host {host}.")),
            Self::Address { what } => Error::new(Kind::Usage, format!("{host} redirects to {what}")),
            Self::TooManyRedirects => unavailable(format!("{host} redirects too often")),
            Self::Lookup => unavailable(format!("the name {host} cannot be resolved"))
                .hint("Check how it is written, and that this machine reaches a name server."),
            Self::Connect => unavailable(format!("{host} does not accept connections"))
                .hint("Check the address and this machine's network; proxies are not used."),
            Self::Tls => unavailable(format!("no trusted encrypted connection to {host}")).hint(
                "Its certificate is not one that this machine trusts: install the missing root, or check the clock.",
            ),
            Self::TimedOut => unavailable(format!("{host} did not answer in time"))
                .hint("Try again later, or give it longer with --timeout SECONDS."),
            Self::CutOff => unavailable(format!("{host} ended the connection in the middle of a reply"))
                .hint("Try again."),
            Self::TooLarge => Error::new(
                Kind::RecordingTooLarge,
                format!("the reply of {host} is larger than the limit"),
            )
            .hint("If that is meant to be, allow more with --max-input, for example --max-input 4GiB."),
            Self::Setup(why) => Error::new(Kind::Io, format!("cannot set up encrypted connections: {why}"))
                .hint("Install the package ca-certificates."),
        }
    }
}

/// Said by our resolver, found again in the chain of causes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ResolveError {
    Lookup,
    Private,
}

impl fmt::Display for ResolveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lookup => "no address",
            Self::Private => "no public address",
        })
    }
}

impl StdError for ResolveError {}

pub(super) fn classify(error: &reqwest::Error, host: &str) -> Failure {
    if let Some(resolve) = cause::<ResolveError>(error) {
        return match resolve {
            ResolveError::Lookup => Failure::Lookup,
            ResolveError::Private => Failure::Private {
                host: host.to_owned(),
            },
        };
    }
    if cause::<rustls::Error>(error).is_some() {
        return Failure::Tls;
    }
    match error {
        _ if error.is_timeout() => Failure::TimedOut,
        _ if error.is_connect() => Failure::Connect,
        _ => Failure::CutOff,
    }
}

/// The first cause of this type; an I/O error hides what it was made of from `source`.
fn cause<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner as &(dyn StdError + 'static)),
            None => error.source(),
        };
    }
    None
}
