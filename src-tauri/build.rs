//! Tells Tauri where this layout keeps its capabilities and permissions.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Without these patterns the app silently gets no capabilities at all; without the rerun lines a changed
    // permission is not seen.
    let (capabilities, permissions) = ("./src-tauri/capabilities/**/*", "./src-tauri/permissions/**/*");
    for folder in ["src-tauri/capabilities", "src-tauri/permissions"] {
        // Cargo's own protocol with a build script is lines on standard output.
        use std::io::Write as _;
        writeln!(std::io::stdout().lock(), "cargo:rerun-if-changed={folder}")?;
    }
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern(capabilities)
        .app_manifest(tauri_build::AppManifest::new().permissions_path_pattern(permissions));
    tauri_build::try_build(attributes)?;
    Ok(())
}
