//! `replaycast doctor`: is this machine able to render? Tries each thing that a render needs, for real.

use std::fmt::Write;

use serde::Serialize;

use super::args::DoctorArgs;
use super::capturing::browser_options;
use super::print;
use crate::browser::{Browser, Document, NetworkIsolation};
use crate::capture::{CaptureMethod, CaptureWay};
use crate::encode::encoders;
use crate::error::{Error, Kind, Result};
use crate::frame::{Canvas, Size};

const DEADLINE_S: f64 = 30.0;
const PROBE: Canvas = Canvas {
    size: Size::new(64, 64),
    scale: 1.0,
};

/// Scripts that recordings commonly hold, each with a character that only a font for it has.
const SCRIPTS: [(&str, &str, &str); 5] = [
    ("Latin", "g", "fonts-liberation"),
    ("Chinese, Japanese, Korean", "語", "fonts-noto-cjk"),
    ("emoji", "😀", "fonts-noto-color-emoji"),
    ("Arabic", "ش", "fonts-noto-core"),
    ("Devanagari", "क", "fonts-noto-core"),
];

/// Draws a character and one that no font has; equal pictures mean that a box stands for the character.
const DRAWS_CHARACTER: &str = r"function (character) {
    const draw = (text) => {
        const canvas = new OffscreenCanvas(40, 40);
        const context = canvas.getContext('2d');
        context.font = '24px sans-serif';
        context.fillText(text, 4, 30);
        return context.getImageData(0, 0, 40, 40).data.join();
    };
    return draw(character) !== draw('\u0378');
}";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Good,
    /// Renders, but not as well as it could.
    Weak,
    /// Nothing can be rendered.
    Missing,
}

#[derive(Debug, Serialize)]
struct Check {
    name: String,
    verdict: Verdict,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

impl Check {
    fn new(name: impl Into<String>, verdict: Verdict, found: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            verdict,
            found: found.into(),
            hint: None,
        }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    fn from_error(name: &str, error: &Error) -> Self {
        let check = Self::new(name, Verdict::Missing, error.to_string());
        match error.hint_text() {
            Some(hint) => check.hint(hint),
            None => check,
        }
    }
}

pub(super) async fn run(args: &DoctorArgs) -> Result<()> {
    let mut checks = browser_checks(args).await;
    checks.extend(encoder_checks());
    let text = if args.json {
        print::json(&checks, "checks")?
    } else {
        describe(&checks)
    };
    print::text(text).await?;
    match checks
        .iter()
        .filter(|check| check.verdict == Verdict::Missing)
        .count()
    {
        0 => Ok(()),
        count => Err(Error::new(
            Kind::BrowserCannotStart,
            format!("this machine cannot render yet: {count} of the checks above failed"),
        )),
    }
}

async fn browser_checks(args: &DoctorArgs) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut best = None;
    for method in CaptureMethod::PREFERRED {
        let name = format!("capture: {}", method.name());
        checks.push(match start(args, method).await {
            Ok(browser) => {
                let found = format!("{} at {}", browser.version(), browser.binary().display());
                best.get_or_insert(browser);
                Check::new(name, Verdict::Good, found)
            }
            Err(error) => Check {
                verdict: Verdict::Weak,
                ..Check::from_error(&name, &error)
            },
        });
    }
    let Some(browser) = best else {
        // Not one way works: what is missing for the plainest is what is missing.
        if let Some(last) = checks.last_mut() {
            last.verdict = Verdict::Missing;
        }
        return checks;
    };
    let sandbox = !args.browser.no_browser_sandbox;
    checks.push(if sandbox {
        Check::new("sandbox", Verdict::Good, "on")
    } else {
        Check::new(
            "sandbox",
            Verdict::Weak,
            "off, as asked for with --no-browser-sandbox",
        )
    });
    checks.push(match browser.network_isolation() {
        NetworkIsolation::Namespace => {
            Check::new("network", Verdict::Good, "none: an empty network namespace")
        }
        NetworkIsolation::ResolverRules => Check::new(
            "network",
            Verdict::Weak,
            "closed by resolver rules and a dead proxy",
        )
        .hint("Allow unprivileged user namespaces to take the network away altogether."),
    });
    checks.extend(font_checks(&browser).await);
    checks
}

async fn start(args: &DoctorArgs, method: CaptureMethod) -> Result<Browser> {
    let browser = browser_options(&args.browser, DEADLINE_S, method.browser_use())?;
    CaptureWay { method, browser }.start(PROBE).await
}

async fn font_checks(browser: &Browser) -> Vec<Check> {
    let document = Document {
        html: "<!doctype html><title>fonts</title>".into(),
        content_security_policy: "default-src 'none'".into(),
        ready_when: "document",
        assets: None,
    };
    let page = match browser.open_page(PROBE, document).await {
        Ok(page) => page,
        Err(error) => return vec![Check::from_error("fonts", &error)],
    };
    let mut checks = Vec::new();
    for (script, character, package) in SCRIPTS {
        let name = format!("font: {script}");
        checks.push(
            match page.call_function(DRAWS_CHARACTER, vec![character.into()]).await {
                Ok(true) => Check::new(name, Verdict::Good, "found"),
                Ok(false) => Check::new(name, Verdict::Weak, "missing: its text is drawn as boxes")
                    .hint(format!("Install {package}.")),
                Err(error) => Check::from_error(&name, &error),
            },
        );
    }
    checks
}

fn encoder_checks() -> impl Iterator<Item = Check> {
    // Nobody misses an encoder that only another machine could have.
    let shown = encoders().filter(|encoder| encoder.is_usual || encoder.works);
    shown.map(|encoder| {
        let name = format!("encoder: {}", encoder.codec.name());
        if !encoder.is_usual {
            let found = format!("{0}, if asked for with --encoder {0}", encoder.name);
            return Check::new(name, Verdict::Good, found);
        }
        if encoder.works {
            Check::new(name, Verdict::Good, encoder.name)
        } else {
            Check::new(
                name,
                Verdict::Weak,
                format!("{} is not in the FFmpeg libraries", encoder.name),
            )
            .hint("Install an FFmpeg built with it.")
        }
    })
}

fn describe(checks: &[Check]) -> String {
    let mut text = String::new();
    for check in checks {
        let verdict = match check.verdict {
            Verdict::Good => "good",
            Verdict::Weak => "weak",
            Verdict::Missing => "MISSING",
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{verdict:<8} {:<32} {}", check.name, check.found);
        if let Some(hint) = &check.hint {
            let _ = writeln!(text, "         hint: {hint}");
        }
    }
    text
}
