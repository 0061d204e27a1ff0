//! Disks that are small or cannot be written.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// A file system of its own, in memory; gone with the value.
#[derive(Debug)]
pub struct Mount(TempDir);

impl Mount {
    /// A file system of this size. None when it cannot be had: only root may mount, and only where the machine lets it.
    ///
    /// # Panics
    /// When there is no scratch folder to mount it on.
    #[must_use]
    pub fn of_mebibytes(size: u32) -> Option<Self> {
        let folder = tempfile::Builder::new().prefix("wishwell-mount-").tempdir().expect("a scratch folder");
        let mounted = mount(&["-t", "tmpfs", "-o", &format!("size={size}m"), "tmpfs"], folder.path());
        mounted.then_some(Self(folder))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Lets nobody write any more; whether that was possible.
    #[must_use]
    pub fn read_only(&self) -> bool {
        mount(&["-o", "remount,ro"], self.0.path())
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0.path()).output();
    }
}

fn mount(arguments: &[&str], folder: &Path) -> bool {
    let output = Command::new("mount").args(arguments).arg(folder).output();
    output.is_ok_and(|output| output.status.success())
}
