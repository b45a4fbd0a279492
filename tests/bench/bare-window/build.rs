fn main() -> Result<(), Box<dyn std::error::Error>> {
    // It has neither. Where the usual folders are missing, every build would begin anew to look for them.
    let (capabilities, permissions) = ("./capabilities/**/*", "./permissions/**/*");
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern(capabilities)
        .app_manifest(tauri_build::AppManifest::new().permissions_path_pattern(permissions));
    tauri_build::try_build(attributes)?;
    Ok(())
}
