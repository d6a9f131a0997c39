//! Sees to it that the player's script, which the program embeds, has been built.

use std::path::Path;

fn main() {
    let player = Path::new("player-assets/dist/player.js");
    println!("cargo::rerun-if-changed={}", player.display());
    if !player.exists() {
        println!(
            "cargo::error={} is missing; build it with: make player",
            player.display()
        );
    }
}
