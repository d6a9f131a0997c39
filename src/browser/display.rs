//! A display of a render's own: Xvfb, which nobody else can reach, with its screen in a file that we read. It runs
//! confined like the browser that draws on it, and dies like it. Started by `process`.

use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind, PipeReader, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use command_fds::{CommandFdExt, FdMapping};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::unix::pipe::Receiver;
use tokio::time::timeout;

use super::START_DEADLINE;
use super::child::ConfinedChild;
use super::confinement::{Confinement, Identity};
use super::framebuffer::Framebuffer;
use super::run_folder::RunFolder;
use crate::error::{Error, Kind, Result};
use crate::frame::{Canvas, Size};

const KNOWN_PLACES: &[&str] = &["/usr/bin/Xvfb", "/usr/X11R6/bin/Xvfb"];

/// Where Xvfb tells the number of its display, once it is ready.
const NUMBER_FD: i32 = 3;

/// In CSS pixels. The window is larger than the picture: its last column may be missing, and the fence is below the
/// picture.
const MARGIN: Size = Size::new(16, 32);

/// A window is smaller than the screen by so much, even in kiosk mode, so that no window manager takes it for a full screen.
const WINDOW_MARGIN: u32 = 1;

/// A browser with windows asks the desktop how to draw text, a headless one does not. With these rules both draw the
/// same pixels.
const FONT_RULES: &str = r#"<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <match target="pattern">
    <test name="family"><string>Monospace</string></test>
    <edit name="family" mode="assign" binding="strong"><string>Courier New</string></edit>
  </match>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <match target="font">
    <edit name="antialias" mode="assign"><bool>true</bool></edit>
    <edit name="hinting" mode="assign"><bool>true</bool></edit>
    <edit name="autohint" mode="assign"><bool>false</bool></edit>
    <edit name="hintstyle" mode="assign"><const>hintslight</const></edit>
    <edit name="rgba" mode="assign"><const>none</const></edit>
  </match>
</fontconfig>
"#;

/// The Xvfb of this machine.
pub(super) fn find_display_server() -> Result<PathBuf> {
    let found = KNOWN_PLACES.iter().map(PathBuf::from).find(|path| path.is_file());
    found.ok_or_else(|| {
        Error::new(Kind::NoBrowser, "there is no Xvfb on this machine")
            .hint("Install it (Debian: apt install xvfb), or use --capture damage.")
    })
}

#[derive(Debug)]
pub(super) struct Display {
    child: ConfinedChild,
    number: u32,
    authority: PathBuf,
    fonts: PathBuf,
    screen: Size,
    framebuffer: Framebuffer,
}

impl Display {
    /// Starts a display with room for pictures of `canvas`, and waits until it is ready.
    pub(super) async fn start(
        server: &Path,
        canvas: Canvas,
        folder: &RunFolder,
        confinement: &Confinement,
    ) -> Result<Self> {
        let home = folder.private_folder("display", confinement.identity())?;
        let authority = home.join("authority");
        write_private(&authority, &authority_entry()?, confinement.identity())?;
        let fonts = home.join("fonts.conf");
        write_private(&fonts, FONT_RULES.as_bytes(), confinement.identity())?;

        let screen = screen_for(canvas);
        let (ready, told) = io::pipe().map_err(|source| Error::io("making a pipe to the display", source))?;
        let mut command = command(server, screen, &home, &authority)?;
        command
            .fd_mappings(vec![FdMapping {
                parent_fd: told.into(),
                child_fd: NUMBER_FD,
            }])
            .map_err(|source| Error::new(Kind::Internal, "mapping the display's pipe").caused_by(source))?;
        confinement.clone().apply(&mut command);
        let mut child =
            ConfinedChild::spawn(command, "display").map_err(|source| cannot_start(server, "", source))?;
        let number = timeout(START_DEADLINE, number_from(ready)).await;
        let number = number.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()));
        let number = number.map_err(|source| {
            child.end();
            cannot_start(server, &child.last_words(), source)
        })?;
        let framebuffer = Framebuffer::open(&home.join("Xvfb_screen0"))?;
        Ok(Self {
            child,
            number,
            authority,
            fonts,
            screen,
            framebuffer,
        })
    }

    /// Confinement for a browser that is to draw on this display: it shares the display's namespaces.
    pub(super) fn share(&self, confinement: &Confinement) -> Result<Confinement> {
        confinement.sharing_namespaces_of(self.child.pid())
    }

    /// What a program that draws here needs in its environment.
    pub(super) fn environment(&self) -> [(&'static str, OsString); 3] {
        [
            ("DISPLAY", format!(":{}", self.number).into()),
            ("XAUTHORITY", self.authority.clone().into()),
            ("FONTCONFIG_FILE", self.fonts.clone().into()),
        ]
    }

    pub(super) const fn screen(&self) -> Size {
        self.screen
    }

    pub(super) const fn framebuffer(&self) -> &Framebuffer {
        &self.framebuffer
    }
}

/// The screen that has room for pictures of `canvas`.
fn screen_for(canvas: Canvas) -> Size {
    let margin = |css: u32| (f64::from(css) * canvas.scale).ceil() as u32;
    Size::new(
        screen_length(canvas.size.width + margin(MARGIN.width)),
        screen_length(canvas.size.height + margin(MARGIN.height)),
    )
}

/// What starts a display, but for the pipe on which it tells that it is ready.
fn command(server: &Path, screen: Size, home: &Path, authority: &Path) -> Result<Command> {
    let path = std::env::var_os("PATH").unwrap_or_else(|| OsString::from("/usr/bin:/bin"));
    let mut command = Command::new(server);
    command
        .arg(format!(":{}", number_of_its_own()?))
        .args(["-displayfd", &NUMBER_FD.to_string()])
        .args(["-screen", "0", &format!("{screen}x24")])
        .args(["-dpi", "96", "-nocursor", "-noreset"])
        // Nobody draws with it, and loading it is half of the start.
        .args(["-extension", "GLX"])
        // What is left is a name in the display's own network namespace.
        .args(["-nolisten", "tcp", "-nolisten", "unix"])
        .arg("-fbdir")
        .arg(home)
        .arg("-auth")
        .arg(authority)
        .current_dir("/")
        .env_clear()
        .env("PATH", path)
        .env("HOME", home)
        .env("TMPDIR", home);
    Ok(command)
}

/// The number that a display tells once it is ready.
async fn number_from(ready: PipeReader) -> io::Result<u32> {
    let mut line = String::new();
    let ready = Receiver::from_owned_fd(ready.into())?;
    BufReader::new(ready).read_line(&mut line).await?;
    line.trim().parse().map_err(|_| ErrorKind::UnexpectedEof.into())
}

fn cannot_start(server: &Path, last_words: &str, source: io::Error) -> Error {
    let mut message = format!("the display {} cannot start", server.display());
    if !last_words.is_empty() {
        message.push('\n');
        message.push_str(last_words);
    }
    Error::new(Kind::BrowserCannotStart, message)
        .caused_by(source)
        .hint("Use --capture damage, which needs no display.")
}

/// The least length of at least `pixels` on which a browser draws fast. Its compositor computes where things are as
/// fractions of the window, in single precision (`gfx::OrthoProjectionTransform`); where whole pixels do not come out of
/// that as whole ones, it interpolates between pixels everywhere, which takes twice as long.
fn screen_length(pixels: u32) -> u32 {
    let keeps_pixels_whole = |window: u32| {
        let pixel = f64::from(2.0 / window as f32);
        (pixel * f64::from(window) / 2.0 - 1.0).abs() < 1e-9
    };
    let least = pixels - WINDOW_MARGIN;
    // A power of two always does.
    let window = (least..=least.next_power_of_two()).find(|&window| keeps_pixels_whole(window));
    window.unwrap_or(least) + WINDOW_MARGIN
}

/// A display number that no other display has. Displays in different network namespaces could all be `:0`, but Xvfb
/// compiles its keymap into a file that all displays of a machine share and that is named after the number.
fn number_of_its_own() -> Result<u32> {
    // Clients read it as a signed number.
    Ok(u32::from_ne_bytes(random()?) >> 1)
}

fn random<const BYTES: usize>() -> Result<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty()).map_err(|source| {
        Error::new(Kind::Internal, "no random numbers from the system").caused_by(source)
    })?;
    Ok(bytes)
}

/// One entry of an authority file (`Xauth.h`): any address, any display, a random cookie.
fn authority_entry() -> Result<Vec<u8>> {
    const NAME: &[u8] = b"MIT-MAGIC-COOKIE-1";
    let cookie: [u8; 16] = random()?;
    let mut entry = vec![0xff, 0xff];
    for field in [&b""[..], b"", NAME, &cookie] {
        entry.extend((field.len() as u16).to_be_bytes());
        entry.extend(field);
    }
    Ok(entry)
}

fn write_private(path: &Path, contents: &[u8], identity: Identity) -> Result<()> {
    let write = || -> io::Result<()> {
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(contents)?;
        identity.give(path)
    };
    write().map_err(|source| Error::writing(path, source))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn screens_have_lengths_that_keep_pixels_whole() {
        for (pixels, expected) in [
            (1, 2),
            (648, 651),
            (752, 772),
            (1034, 1041),
            (1296, 1301),
            (1936, 1954),
        ] {
            assert_eq!(screen_length(pixels), expected, "{pixels}");
        }
    }

    const CANVAS: Canvas = Canvas {
        size: Size::new(64, 64),
        scale: 1.0,
    };

    #[tokio::test]
    async fn displays_of_one_machine_have_different_numbers() {
        let confinement = Confinement::strictest().unwrap();
        let server = find_display_server().unwrap();
        let start = async || {
            let folder = RunFolder::create(&std::env::temp_dir(), confinement.identity()).unwrap();
            let display = Display::start(&server, CANVAS, &folder, &confinement).await;
            (display.unwrap(), folder)
        };
        let (one, _folder) = start().await;
        let (other, _other_folder) = start().await;
        assert_ne!(one.number, other.number);
    }

    #[tokio::test]
    async fn the_wait_for_a_display_that_does_not_start_can_be_given_up() {
        let confinement = Confinement::strictest().unwrap();
        let folder = RunFolder::create(&std::env::temp_dir(), confinement.identity()).unwrap();
        let server = folder.profile().with_file_name("hangs");
        // By another process: none that is forked here meanwhile has the script open for writing.
        let write = r#"printf '#!/bin/sh\nsleep 600\n' > "$0" && chmod 755 "$0""#;
        assert!(
            Command::new("sh")
                .args(["-c", write])
                .arg(&server)
                .status()
                .unwrap()
                .success()
        );
        let start = Display::start(&server, CANVAS, &folder, &confinement);
        assert!(timeout(Duration::from_millis(300), start).await.is_err());
    }
}
