//! What a recording lacks: things that were on the recorded page and that no replay of it can show, or only by
//! fetching them. [`Summary`](super::Summary) calls [`Lacks::of`], which goes through the events' text once.

mod address;
mod css;
mod document;

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use super::Window;
use address::Addresses;
use document::{Blank, Document};

pub use address::{Elsewhere, HostCount};

/// Elements are counted for each page of each window, and once for a page that was recorded anew in between.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Lacks {
    pub images: Elsewhere,
    pub fonts: Elsewhere,
    pub stylesheets: Elsewhere,
    /// Canvases of which neither a picture nor a drawing command was recorded.
    pub canvases: u64,
    /// Iframes whose document was not recorded, mostly those of other sites.
    pub iframes: Iframes,
    pub videos: u64,
    pub audios: u64,
    /// `embed` and `object` elements.
    pub embeds: u64,
    /// Elements whose contents the recorder left out, for privacy.
    pub blocked: u64,
    /// Rules of style sheets in which properties have no value: the recording browser lost those of a shorthand with
    /// `var()`, one part of which the rule sets by itself. Each counts once, however often it was recorded.
    pub rules_with_lost_values: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Iframes {
    pub count: u64,
    /// Whose they are, where they had an address.
    pub hosts: Vec<HostCount>,
}

impl Lacks {
    pub(super) fn of(windows: &[Window]) -> Self {
        let mut survey = Survey::default();
        for window in windows {
            survey.window(window);
        }
        survey.into_lacks()
    }
}

#[derive(Default)]
struct Survey {
    assets: [Addresses; 3],
    blanks: HashMap<Blank, u64>,
    rules_with_lost_values: HashSet<blake3::Hash>,
}

impl Survey {
    fn window(&mut self, window: &Window) {
        let mut pages = Pages::default();
        let (mut page, mut href) = ("", "");
        let (assets, rules) = (&mut self.assets, &mut self.rules_with_lost_values);
        let mut document = Document::new(assets, rules, page);
        for event in &window.events {
            // The address comes before the snapshot that it belongs to.
            href = event.href().unwrap_or(href);
            if event.is_full_snapshot() {
                pages.take(page, document.into_blanks());
                page = href;
                document = Document::new(assets, rules, page);
            }
            document.event(event);
        }
        pages.take(page, document.into_blanks());
        for ((_, blank), count) in pages.0 {
            *self.blanks.entry(blank).or_default() += count;
        }
    }

    fn into_lacks(self) -> Lacks {
        let [images, fonts, stylesheets] = self.assets.map(Addresses::into_elsewhere);
        let mut lacks = Lacks {
            images,
            fonts,
            stylesheets,
            rules_with_lost_values: self.rules_with_lost_values.len() as u64,
            ..Lacks::default()
        };
        let mut hosts = BTreeMap::new();
        for (blank, count) in self.blanks {
            *match blank {
                Blank::Canvas => &mut lacks.canvases,
                Blank::Video => &mut lacks.videos,
                Blank::Audio => &mut lacks.audios,
                Blank::Embed => &mut lacks.embeds,
                Blank::Blocked => &mut lacks.blocked,
                Blank::Iframe { host } => {
                    if let Some(host) = host {
                        hosts.insert(host, count);
                    }
                    &mut lacks.iframes.count
                }
            } += count;
        }
        lacks.iframes.hosts = address::by_count(hosts);
        lacks
    }
}

/// The most blank elements of a sort that any document of a page had: a page that is recorded anew repeats them.
#[derive(Default)]
struct Pages<'a>(HashMap<(&'a str, Blank), u64>);

impl<'a> Pages<'a> {
    fn take(&mut self, href: &'a str, blanks: HashMap<Blank, u64>) {
        for (blank, count) in blanks {
            let most = self.0.entry((href, blank)).or_default();
            *most = count.max(*most);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::recording::{Event, least_time};

    /// What a window with these events lacks: (type, data) each.
    fn lacks_of(events: &[(u8, &str)]) -> Lacks {
        let event = |((kind, data), index): (&(u8, &str), u64)| {
            let json = format!(r#"{{"type":{kind},"timestamp":{index},"data":{data}}}"#);
            Event::parse(json.into(), index).unwrap().0
        };
        let events = events.iter().zip(0..).map(event).collect();
        let id = String::new();
        Lacks::of(&[Window { id, events }])
    }

    fn snapshot(nodes: &str) -> String {
        format!(r#"{{"node":{{"type":0,"childNodes":[{nodes}],"id":1}}}}"#)
    }

    fn lacks(nodes: &str, then: &[&str]) -> Lacks {
        let snapshot = snapshot(nodes);
        let mut events = vec![(4, r#"{"href":"https://page.test/a/"}"#), (2, &*snapshot)];
        events.extend(then.iter().map(|data| (3, *data)));
        lacks_of(&events)
    }

    fn element(id: u32, tag: &str, attributes: &str) -> String {
        format!(r#"{{"type":2,"tagName":"{tag}","attributes":{{{attributes}}},"childNodes":[],"id":{id}}}"#)
    }

    /// `image host 2, font blob 1`
    fn said(lacks: &Lacks) -> String {
        let mut words = Vec::new();
        for (kind, elsewhere) in [
            ("image", &lacks.images),
            ("font", &lacks.fonts),
            ("sheet", &lacks.stylesheets),
        ] {
            for HostCount { host, count } in &elsewhere.hosts {
                words.push(format!("{kind} {host} {count}"));
            }
            if elsewhere.blobs > 0 {
                words.push(format!("{kind} blob {}", elsewhere.blobs));
            }
        }
        words.join(", ")
    }

    #[test]
    fn assets_in_elements() {
        for (tag, attributes, expected) in [
            ("img", r#""src":"https://a.test/1.png""#, "image a.test 1"),
            (
                "img",
                r#""src":"/1.png","srcset":"2.png 1x, https://a.test/3.png 2x""#,
                "image page.test 2, image a.test 1",
            ),
            (
                "img",
                r#""src":"https://a.test/1.png","rr_dataURL":"data:image/png;base64,A""#,
                "",
            ),
            ("img", r#""src":"data:image/png;base64,A""#, ""),
            ("img", r#""src":"blob:https://page.test/1""#, "image blob 1"),
            ("source", r#""src":"https:\/\/a.test/1.mp4""#, ""),
            ("source", r#""srcset":"https:\/\/a.test/1.png""#, "image a.test 1"),
            ("use", r##""href":"#icon""##, ""),
            ("use", r#""xlink:href":"/icons.svg#icon""#, "image page.test 1"),
            ("video", r#""poster":"p.png""#, "image page.test 1"),
            (
                "div",
                r#""style":"background: url(\"https://a.test/b.png\")""#,
                "image a.test 1",
            ),
            (
                "link",
                r#""rel":"stylesheet","href":"https://a.test/a.css""#,
                "sheet a.test 1",
            ),
            ("link", r#""rel":"icon","href":"https://a.test/a.ico""#, ""),
            (
                "style",
                r#""_cssText":"@font-face { src: url(\"https://f.test/f.woff2\"); }""#,
                "font f.test 1",
            ),
        ] {
            let case = format!("{tag} {attributes}");
            assert_eq!(
                said(&lacks(&element(2, tag, attributes), &[])),
                expected,
                "{case}"
            );
            let add = format!(
                r#"{{"source":0,"adds":[{{"parentId":1,"node":{}}}]}}"#,
                element(2, tag, attributes)
            );
            assert_eq!(said(&lacks("", &[&add])), expected, "added {case}");
            let change = format!(r#"{{"source":0,"attributes":[{{"id":2,"attributes":{{{attributes}}}}}]}}"#);
            assert_eq!(
                said(&lacks(&element(2, tag, ""), &[&change])),
                expected,
                "changed {case}"
            );
        }
    }

    #[test]
    fn assets_in_other_events() {
        let style = r#"{"type":2,"tagName":"style","attributes":{},"childNodes":[{"type":3,"textContent":"a{}","id":3}],"id":2}"#;
        let link = element(4, "link", r#""rel":"stylesheet","href":"https://a.test/a.css""#);
        let nodes = format!("{style},{link}");
        let kept = "sheet a.test 1";
        for (event, expected) in [
            (
                r#"{"source":8,"adds":[{"rule":"a { mask: url(m.svg); }"}]}"#,
                "image page.test 1, sheet a.test 1",
            ),
            (
                r#"{"source":15,"styles":[{"rules":[{"rule":"a { mask: url(m.svg); }"}]}]}"#,
                "image page.test 1, sheet a.test 1",
            ),
            (
                r#"{"source":13,"set":{"property":"mask","value":"url(m.svg)"}}"#,
                "image page.test 1, sheet a.test 1",
            ),
            (
                r#"{"source":0,"texts":[{"id":3,"value":"a { mask: url(m.svg); }"}]}"#,
                "image page.test 1, sheet a.test 1",
            ),
            (
                r#"{"source":0,"attributes":[{"id":9,"attributes":{"style":{"mask":["url(m.svg)","important"]}}}]}"#,
                "image page.test 1, sheet a.test 1",
            ),
            (
                r#"{"source":10,"family":"F","fontSource":"url(f.woff)","buffer":false}"#,
                "font page.test 1, sheet a.test 1",
            ),
            (
                r#"{"source":10,"family":"F","fontSource":"[1]","buffer":true}"#,
                kept,
            ),
            (r#"{"source":0,"texts":[{"id":7,"value":"url(m.svg)"}]}"#, kept),
            (
                r#"{"source":0,"attributes":[{"id":4,"attributes":{"_cssText":"a{}"}}]}"#,
                "",
            ),
            (
                r#"{"source":0,"adds":7,"attributes":[7,{"id":"x"}],"texts":null}"#,
                kept,
            ),
        ] {
            assert_eq!(said(&lacks(&nodes, &[event])), expected, "{event}");
        }
    }

    #[test]
    fn rules_that_lost_values_count_once_and_only_in_style_sheets() {
        let rule = ".a { border-top-color: ; }";
        let style = |id: u32, css: &str| element(id, "style", &format!(r#""_cssText":"{css}""#));
        let text = r#"{"type":2,"tagName":"style","attributes":{},"childNodes":[{"type":3,"textContent":".b { margin-top: ; }","id":6}],"id":5}"#;
        let nodes = [
            style(2, &format!("{rule} .ok {{ color: red; }}")),
            style(3, rule),
            text.to_owned(),
            element(4, "p", r#""style":"color: ; margin-top: ;""#),
        ];
        let found = |then: &[&str]| lacks(&nodes.join(","), then).rules_with_lost_values;
        assert_eq!(found(&[]), 2);
        let again = format!(r#"{{"source":8,"adds":[{{"rule":"{rule}"}}]}}"#);
        let inserted = again.replace(".a", ".c");
        let adopted = r#"{"source":15,"styles":[{"rules":[{"rule":".d { margin-top: ; }"}]}]}"#;
        let restyled = r#"{"source":0,"attributes":[{"id":4,"attributes":{"style":"a { color: ; }"}}]}"#;
        assert_eq!(found(&[&again, &inserted, adopted, restyled]), 4);
    }

    #[test]
    fn canvases_and_iframes_may_be_filled_later() {
        let nodes = [
            element(2, "canvas", ""),
            element(3, "canvas", r#""rr_dataURL":"data:image/png;base64,A""#),
            element(4, "iframe", r#""rr_src":"https://other.test/x""#),
            element(5, "iframe", ""),
            element(6, "canvas", r#""rr_width":"9px""#),
        ]
        .join(",");
        let lacking = lacks(&nodes, &[]);
        assert_eq!(
            (lacking.canvases, lacking.iframes.count, lacking.blocked),
            (1, 2, 1)
        );
        assert_eq!(lacking.iframes.hosts[0].host, "other.test");
        let filled = lacks(
            &nodes,
            &[
                r#"{"source":9,"id":2,"commands":[]}"#,
                r#"{"source":0,"adds":[{"parentId":4,"node":{"type":0,"childNodes":[],"id":9}}],"isAttachIframe":true}"#,
            ],
        );
        assert_eq!((filled.canvases, filled.iframes.count), (0, 1));
        assert_eq!(filled.iframes.hosts, []);
    }

    #[test]
    fn a_page_recorded_anew_lacks_nothing_twice() {
        let page = |name: &str| format!(r#"{{"href":"https://a.test/{name}"}}"#);
        let media = [
            element(2, "video", ""),
            element(3, "audio", ""),
            element(4, "object", ""),
        ];
        let (one, two) = (page("one"), page("two"));
        let (full, less) = (snapshot(&media.join(",")), snapshot(&media[0]));
        let lacking = lacks_of(&[
            (4, &one),
            (2, &full),
            (4, &one),
            (2, &less),
            (4, &two),
            (2, &less),
        ]);
        assert_eq!((lacking.videos, lacking.audios, lacking.embeds), (2, 1, 1));
    }

    #[test]
    fn the_time_grows_with_the_length_and_not_with_the_depth() {
        let took = |levels: usize| {
            let open = r#"{"type":2,"tagName":"b","attributes":{"style":"a:url(x.png)"},"childNodes":["#;
            let nodes = open.repeat(levels) + &r#"],"id":2}"#.repeat(levels);
            least_time(|| {
                let begun = Instant::now();
                assert_eq!(lacks(&nodes, &[]).images.count, 1);
                begun.elapsed()
            })
        };
        let (short, long) = (took(50_000), took(200_000));
        // Four times as much; sixteen times as long if it were quadratic.
        assert!(
            long < short * 10 + Duration::from_millis(500),
            "{short:?} and {long:?}"
        );
    }
}
