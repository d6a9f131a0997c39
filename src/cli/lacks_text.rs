//! What `inspect` says is not in a recording, each with what the one who records can do about it. `summary_text` puts it
//! among the rest.

use super::print::{self, counted};
use super::text_table::{COLUMNS, LABEL, labelled};
use crate::recording::{Elsewhere, HostCount, Iframes, Lacks};

pub(super) fn write(out: &mut String, lacks: &Lacks) {
    out.push_str("\nNot in the recording\n");
    if *lacks == Lacks::default() {
        out.push_str("  nothing: all that was looked for is inside\n");
        return;
    }
    elsewhere(
        out,
        "images",
        &lacks.images,
        "Record with rrweb's inlineImages to have them inside.",
    );
    elsewhere(
        out,
        "fonts",
        &lacks.fonts,
        "Only those that scripts load (collectFonts) or CSS holds as data: can be inside.",
    );
    elsewhere(
        out,
        "stylesheets",
        &lacks.stylesheets,
        "Record with inlineStylesheet; other hosts' need crossorigin=\"anonymous\" and CORS.",
    );
    rules(out, lacks.rules_with_lost_values);
    iframes(out, &lacks.iframes);
    elements(out, lacks);
}

/// What the recording names by address only.
fn elsewhere(out: &mut String, label: &str, elsewhere: &Elsewhere, advice: &str) {
    if elsewhere.count > 0 {
        labelled(out, label, &addresses(elsewhere));
        labelled(out, "", advice);
    }
}

fn rules(out: &mut String, with_lost_values: u64) {
    if with_lost_values > 0 {
        let what = counted(
            with_lost_values,
            "in style sheets lost values when it was recorded",
            "in style sheets lost values when they were recorded",
        );
        labelled(out, "rules", &what);
        labelled(
            out,
            "",
            "A fault of Chromium: it loses a shorthand with var() if its rule also sets a part of it.",
        );
    }
}

fn iframes(out: &mut String, iframes: &Iframes) {
    if iframes.count > 0 {
        let what = format!("{} without a document", iframes.count);
        labelled(out, "iframes", &with_hosts(&what, &iframes.hosts));
        labelled(
            out,
            "",
            "Record with recordCrossOriginIframes, and with the recorder inside of them as well.",
        );
    }
}

/// Elements that are in the recording, but not what they show or play.
fn elements(out: &mut String, lacks: &Lacks) {
    for (label, count, (one, many), advice) in [
        (
            "canvases",
            lacks.canvases,
            ("without a picture", "without a picture"),
            "Record with recordCanvas (PostHog: captureCanvas).",
        ),
        (
            "videos",
            lacks.videos,
            ("element", "elements"),
            "Their frames are never recorded.",
        ),
        (
            "audio",
            lacks.audios,
            ("element", "elements"),
            "Their sound is never recorded.",
        ),
        (
            "plug-ins",
            lacks.embeds,
            ("embed or object element", "embed and object elements"),
            "What they show is never recorded.",
        ),
        (
            "blocked",
            lacks.blocked,
            ("element", "elements"),
            "The recorder left them out, for privacy: see blockClass and blockSelector.",
        ),
    ] {
        if count > 0 {
            labelled(out, label, &counted(count, one, many));
            labelled(out, "", advice);
        }
    }
}

fn addresses(elsewhere: &Elsewhere) -> String {
    let what = counted(elsewhere.count, "address", "addresses");
    let what = match elsewhere.blobs {
        0 => what,
        blobs => format!("{what}, {blobs} of them lost (blob:)"),
    };
    with_hosts(&what, &elsewhere.hosts)
}

/// As many hosts as fit on the line.
fn with_hosts(what: &str, hosts: &[HostCount]) -> String {
    let mut text = what.to_owned();
    for (index, host) in hosts.iter().enumerate() {
        let separator = if index == 0 { ": " } else { ", " };
        let entry = format!("{separator}{} ({})", print::printable(&host.host), host.count);
        let more = hosts.len() - index;
        let rest = format!(" and {}", counted(more as u64, "more host", "more hosts"));
        let room = COLUMNS - LABEL - if more == 1 { 0 } else { rest.len() };
        if text.chars().count() + entry.chars().count() > room && index > 0 {
            text.push_str(&rest);
            break;
        }
        text.push_str(&entry);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_fill_one_line() {
        let hosts: Vec<HostCount> = (1..=9)
            .map(|number| HostCount {
                host: format!("{}.test", "h".repeat(number)),
                count: 10 - number as u64,
            })
            .collect();
        assert_eq!(
            with_hosts("3 addresses", &hosts[..2]),
            "3 addresses: h.test (9), hh.test (8)"
        );
        let text = with_hosts("45 addresses", &hosts);
        assert!(
            text.ends_with(" more hosts") && text.chars().count() <= COLUMNS - LABEL,
            "{text}"
        );
        let all: Vec<&str> = text.split(", ").collect();
        assert!(all.len() >= 4, "{text}");
    }
}
