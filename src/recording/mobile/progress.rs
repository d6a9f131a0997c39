//! How far something has come: bars, rings, spinners, stars.

use std::fmt::Write;

use super::lenient::{Number, Text};
use super::node::Element;
use super::style::{Bar, Color, Css};
use super::wireframe::Wireframe;

const SPIN: &str = "replaycast-spin";
const SLIDE: &str = "replaycast-slide";
/// The rules that these elements need in the head of the document.
pub(super) const STYLES: &str = "progress { overflow: hidden; } \
    progress::-webkit-progress-bar { background: transparent; } \
    progress::-webkit-progress-value { background: currentColor; } \
    @keyframes replaycast-spin { to { transform: rotate(360deg); } } \
    @keyframes replaycast-slide { from { transform: translateX(-100%); } to { transform: translateX(250%); } }";

const TRACK: &str = "#dcddd6";
const FILL: &str = "#1d4aff";
const STAR: &str = "#f5a623";

/// A hostile recording asks for millions.
const MOST_STARS: f64 = 100.0;
/// The side of the square in which a star is drawn.
const STAR_SIDE: usize = 24;
/// Paths after `M`, from the tip of the star: all of it, and its left half.
const WHOLE_STAR: &str = "l2.9 6.6 7.1.7-5.4 4.7 1.6 7-6.2-3.7-6.2 3.7 1.6-7-5.4-4.7 7.1-.7z";
const HALF_STAR: &str = "v15.3l-6.2 3.7 1.6-7-5.4-4.7 7.1-.7z";

pub(super) fn progress(wireframe: &Wireframe<'_>) -> Element {
    match wireframe.style.bar {
        Bar::Horizontal => horizontal(wireframe),
        Bar::Circular => circular(wireframe),
        Bar::Rating => rating(wireframe),
    }
}

fn value(wireframe: &Wireframe<'_>) -> Option<f64> {
    let Text(value) = wireframe.value.as_ref()?;
    value.trim().parse().ok().filter(|value: &f64| value.is_finite())
}

fn max(wireframe: &Wireframe<'_>) -> Option<f64> {
    wireframe.max.map(|Number(max)| max).filter(|max| *max > 0.0)
}

fn horizontal(wireframe: &Wireframe<'_>) -> Element {
    let looks = |css: Css| css.set("color", FILL).set("background-color", TRACK);
    let css = wireframe.css(looks);
    match value(wireframe) {
        Some(value) => Element::new("progress")
            .style(css.set("appearance", "none"))
            .attribute("value", value.max(0.0).to_string())
            // HTML's own default is 1, which is not meant when the value is a percentage.
            .attribute(
                "max",
                max(wireframe)
                    .unwrap_or(if value <= 1.0 { 1.0 } else { 100.0 })
                    .to_string(),
            ),
        // The browser's own bar without a value moves by the machine's clock.
        None => Element::div(css.set("overflow", "hidden")).child(Element::div(
            Css::default()
                .set("width", "40%")
                .set("height", "100%")
                .set("background-color", "currentColor")
                .set("animation", format!("{SLIDE} 2s linear infinite")),
        )),
    }
}

fn circular(wireframe: &Wireframe<'_>) -> Element {
    let max = max(wireframe).unwrap_or(100.0);
    let done = value(wireframe).filter(|value| *value > 0.0 && value.fract() == 0.0 && *value <= max);
    let fill = wireframe.style.color.clone().unwrap_or(Color::new(FILL));
    let track = wireframe
        .style
        .background_color
        .clone()
        .unwrap_or(Color::new(TRACK));
    let percent = done.map_or(25.0, |value| value / max * 100.0);
    let ring = Css::default()
        .set("height", "100%")
        .set("max-width", "100%")
        .set("aspect-ratio", "1")
        .set("border-radius", "50%")
        .set(
            "background-image",
            format!("conic-gradient({fill} {percent}%, {track} 0)"),
        )
        .set("mask", "radial-gradient(closest-side, transparent 72%, #000 74%)")
        .maybe(
            "animation",
            done.is_none().then(|| format!("{SPIN} 1s linear infinite")),
        );
    let centred = |css: Css| {
        css.set("display", "flex")
            .set("align-items", "center")
            .set("justify-content", "center")
    };
    let css = wireframe.css(centred).set("background-color", "transparent");
    Element::div(css).child(Element::div(ring))
}

fn rating(wireframe: &Wireframe<'_>) -> Element {
    let stars = max(wireframe).unwrap_or(5.0).clamp(0.0, MOST_STARS).ceil() as usize;
    let rated = value(wireframe).unwrap_or(0.0).clamp(0.0, stars as f64);
    let whole = rated.floor() as usize;
    let has_half = rated.fract() >= 0.5;
    let fill = wireframe
        .style
        .color
        .as_ref()
        .map_or(STAR.to_owned(), ToString::to_string);
    let path = |color: &str, data: String| Element::svg("path").attribute("fill", color).attribute("d", data);
    let half = has_half.then(|| path(&fill, row_of(whole..=whole, HALF_STAR)));
    let picture = Element::svg("svg")
        .attribute("width", "100%")
        .attribute("height", "100%")
        .attribute("viewBox", format!("0 0 {} {STAR_SIDE}", stars * STAR_SIDE))
        .attribute("preserveAspectRatio", "xMinYMid meet")
        .child(path(TRACK, row_of(0..stars, WHOLE_STAR)))
        .child(path(&fill, row_of(0..whole, WHOLE_STAR)));
    Element::div(wireframe.css(|css| css)).child(half.into_iter().fold(picture, Element::child))
}

/// One path for all stars: an element for each would be thousands of nodes.
fn row_of(places: impl Iterator<Item = usize>, star: &str) -> String {
    let mut data = String::new();
    for place in places {
        let tip = place * STAR_SIDE + STAR_SIDE / 2;
        // Writing to a string cannot fail.
        let _ = write!(data, "M{tip} 2{star}");
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The element as rrweb would get its attributes, those of what is in it included.
    fn shown(json: &str) -> String {
        let json = format!(r#"{{"id":1,"type":"progress",{json}}}"#);
        let wireframe: Wireframe<'_> = serde_json::from_str(&json).unwrap();
        format!("{:?}", progress(&wireframe))
    }

    #[test]
    fn stars_are_clamped() {
        for (json, stars) in [
            // (all, whole, half)
            (r#""value":3.5,"max":5"#, (5, 3, 1)),
            (r#""value":"4""#, (5, 4, 0)),
            (r#""value":1e9,"max":1e9"#, (100, 100, 0)),
            (r#""value":-3,"max":4"#, (4, 0, 0)),
            (r#""value":9,"max":-4"#, (5, 5, 0)),
            (r#""max":"many""#, (5, 0, 0)),
        ] {
            let shown = shown(&format!(r#"{json},"style":{{"bar":"rating"}}"#));
            let whole = shown.matches(WHOLE_STAR).count();
            let half = shown.matches(HALF_STAR).count();
            let (all, rated, halves) = stars;
            assert_eq!((whole, half), (all + rated, halves), "{json}");
        }
    }

    #[test]
    fn a_ring_spins_unless_it_knows_how_far_it_is() {
        for (json, percent) in [
            (r#""value":3,"max":4"#, Some("75%")),
            (r#""value":40"#, Some("40%")),
            (r#""value":0,"max":4"#, None),
            (r#""value":5,"max":4"#, None),
            (r#""value":0.5,"max":1"#, None),
            (r#""label":"x""#, None),
        ] {
            let shown = shown(&format!(r#"{json},"style":{{"bar":"circular"}}"#));
            assert_eq!(shown.contains(SPIN), percent.is_none(), "{json}");
            assert!(shown.contains(percent.unwrap_or("25%")), "{json}: {shown}");
        }
    }

    #[test]
    fn a_bar_without_a_value_moves_by_an_animation() {
        for (json, sides) in [
            (r#""value":3,"max":4"#, Some(("3", "4"))),
            (r#""value":0.5"#, Some(("0.5", "1"))),
            (r#""value":64"#, Some(("64", "100"))),
            (r#""value":-64"#, Some(("0", "1"))),
            (r#""value":"some""#, None),
        ] {
            let shown = shown(json);
            assert_eq!(shown.contains(SLIDE), sides.is_none(), "{json}");
            if let Some((value, max)) = sides {
                let attributes = format!(r#"("value", "{value}"), ("max", "{max}")"#);
                assert!(shown.contains(&attributes), "{json}: {shown}");
            }
        }
        for name in [SPIN, SLIDE] {
            assert!(STYLES.contains(&format!("@keyframes {name} ")));
        }
    }
}
