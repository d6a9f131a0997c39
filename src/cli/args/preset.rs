//! `--preset`: options for a purpose, as one table. They are put into the command line before it is read, where the user
//! gave no such option; so all that follows sees ordinary options.

use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, ValueEnum};

use super::Cli;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Preset {
    Email,
    Ticket,
    Archive,
    Llm,
}

impl Preset {
    /// Options with their values; none for a switch.
    const fn options(self) -> &'static [(&'static str, Option<&'static str>)] {
        match self {
            Self::Email => &[("fps", Some("15")), ("max-size", Some("gmail"))],
            Self::Ticket => &[("idle", Some("skip:3:1")), ("max-size", Some("github"))],
            Self::Archive => &[("idle", Some("keep")), ("quality", Some("high"))],
            // Only changes are frames, and a mouse that moves between them must be found.
            Self::Llm => &[
                ("fps", Some("1")),
                ("cursor", Some("large")),
                ("captions", Some("burn")),
                ("footer", None),
            ],
        }
    }

    fn words(self) -> impl Iterator<Item = (&'static str, Vec<String>)> {
        let words = |&(name, value): &(&'static str, Option<&str>)| {
            let value = value.map(str::to_owned);
            (name, [format!("--{name}")].into_iter().chain(value).collect())
        };
        self.options().iter().map(words)
    }

    pub(in crate::cli) fn help() -> String {
        let presets: Vec<String> = Self::value_variants()
            .iter()
            .map(|preset| preset.described())
            .collect();
        format!(
            "Options for a purpose; your own options win: {}",
            presets.join(", ")
        )
    }

    /// Its name, and the options that it stands for.
    pub(in crate::cli) fn described(self) -> String {
        let value = self.to_possible_value();
        let name = value.as_ref().map_or("", |value| value.get_name());
        let words: Vec<String> = self.words().flat_map(|(_, words)| words).collect();
        format!("{name} ({})", words.join(" "))
    }
}

/// The command line with the options of the preset in it that it names. One that cannot be read stays as it is.
pub(in crate::cli) fn with_preset(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let matches = Cli::command().try_get_matches_from(&arguments).ok();
    let options = matches.as_ref().and_then(|matches| {
        let ("render", render) = matches.subcommand()? else {
            return None;
        };
        let preset = *render.get_one::<Preset>("preset")?;
        let new = preset.words().filter(|(name, _)| !is_given(render, name));
        Some(
            new.flat_map(|(_, words)| words)
                .map(OsString::from)
                .collect::<Vec<_>>(),
        )
    });
    if let Some(options) = options {
        // Behind the program's and the command's names.
        arguments.splice(2..2, options);
    }
    arguments
}

fn is_given(render: &ArgMatches, option: &str) -> bool {
    render.value_source(&option.replace('-', "_")) == Some(ValueSource::CommandLine)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(line: &str) -> String {
        let arguments = line.split(' ').map(OsString::from).collect();
        let words = with_preset(arguments);
        let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
        words.join(" ")
    }

    #[test]
    fn presets_are_options_and_explicit_ones_win() {
        for (line, expected) in [
            (
                "replaycast render a.json --preset email",
                "replaycast render --fps 15 --max-size gmail a.json --preset email",
            ),
            (
                "replaycast render a.json --preset email --fps 30",
                "replaycast render --max-size gmail a.json --preset email --fps 30",
            ),
            (
                "replaycast render --max-size 1MB --preset=ticket --idle keep a.json",
                "replaycast render --max-size 1MB --preset=ticket --idle keep a.json",
            ),
            ("replaycast render a.json", "replaycast render a.json"),
            (
                "replaycast render a.json --preset nothing",
                "replaycast render a.json --preset nothing",
            ),
            ("replaycast inspect a.json", "replaycast inspect a.json"),
            ("replaycast", "replaycast"),
        ] {
            assert_eq!(expanded(line), expected, "{line}");
        }
    }

    #[test]
    fn every_preset_is_understood() {
        for preset in Preset::value_variants() {
            let value = preset.to_possible_value().unwrap();
            let line = format!("replaycast render a.json --preset {}", value.get_name());
            let words: Vec<OsString> = with_preset(line.split(' ').map(OsString::from).collect());
            let matches = Cli::command().try_get_matches_from(words).unwrap();
            let (_, render) = matches.subcommand().unwrap();
            for (name, _) in preset.words() {
                assert!(is_given(render, name), "{name}");
            }
            assert!(Preset::help().contains(value.get_name()));
        }
    }
}
