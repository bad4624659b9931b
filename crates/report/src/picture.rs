//! Pictures on disk: SVG as it is, PNG rendered from it.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use resvg::usvg::fontdb::{Database, Family, Query};
use resvg::usvg::{self, roxmltree};
use resvg::{tiny_skia, usvg::Tree};

/// Pixels of a PNG by a pixel of the SVG: sharp in print and on dense screens.
const SCALE: f32 = 2.0;

/// Pixels of a PNG at most: 400 MB while it is rendered.
const MOST_PIXELS: f32 = 1e8;

/// Why a picture was not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// The name of the file does not say which kind of picture is wanted.
    #[error("\"{}\": pictures are written as .svg or .png; end the name with one of them", path.display())]
    UnknownExtension {
        /// Where the picture was to go.
        path: PathBuf,
    },
    /// A PNG needs fonts for its text, and none are installed.
    #[error("\"{}\": no font is installed to write the text of a PNG with; write an .svg instead", path.display())]
    NoFont {
        /// Where the picture was to go.
        path: PathBuf,
    },
    /// No font that is installed has some characters of the text.
    #[error("\"{}\": no installed font has \"{characters}\"; install one that has, or write an .svg instead", path.display())]
    NoGlyph {
        /// Where the picture was to go.
        path: PathBuf,
        /// All that is missing.
        characters: String,
    },
    /// The picture would take more memory than a picture should.
    #[error("\"{}\": a PNG of {width} × {height} pixels is too large; write an .svg instead", path.display())]
    TooLarge {
        /// Where the picture was to go.
        path: PathBuf,
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
    /// What was given is not SVG.
    #[error("\"{}\": the picture is not valid SVG ({reason})", path.display())]
    NotSvg {
        /// Where the picture was to go.
        path: PathBuf,
        /// What the parser says.
        reason: String,
    },
    /// The disk said no.
    #[error("\"{}\" cannot be written ({source}); check the folder and the disk", path.display())]
    NotWritten {
        /// Where the picture was to go.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

/// Writes an SVG picture to a file, as PNG with twice its size in pixels if the name ends in `.png`.
///
/// Text of a PNG takes the fonts of the system. The file is written whole or not at all.
///
/// # Errors
/// See [`PictureError`]. A PNG is never written without its text.
pub fn write(path: &Path, svg: &str) -> Result<(), PictureError> {
    let extension = path.extension().and_then(|extension| extension.to_str());
    match extension.map(str::to_ascii_lowercase).as_deref() {
        Some("svg") => write_whole(path, svg.as_bytes()),
        Some("png") => write_whole(path, &png(path, svg, &SYSTEM_FONTS)?),
        _ => Err(PictureError::UnknownExtension { path: path.to_owned() }),
    }
}

/// Read once: a system may have thousands.
static SYSTEM_FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_system_fonts();
    Arc::new(with_generic_families(fonts))
});

/// Lets `sans-serif` and `monospace` mean fonts that are there.
fn with_generic_families(mut fonts: Database) -> Database {
    let family_where = |fonts: &Database, suits: &dyn Fn(&str, bool) -> bool| {
        let faces = fonts.faces().filter_map(|face| {
            let (name, _) = face.families.first()?;
            suits(name, face.monospaced).then(|| name.clone())
        });
        // The first by name: the order of the files is that of the disk.
        faces.min()
    };
    let has = |fonts: &Database, family: Family<'_>| {
        let families = &[family];
        let query = Query {
            families,
            ..Query::default()
        };
        fonts.query(&query).is_some()
    };
    if !has(&fonts, Family::SansSerif) {
        let sans = family_where(&fonts, &|name, mono| !mono && name.contains("Sans"));
        if let Some(name) = sans.or_else(|| family_where(&fonts, &|_, _| true)) {
            fonts.set_sans_serif_family(name);
        }
    }
    if !has(&fonts, Family::Monospace) {
        let mono = family_where(&fonts, &|_, mono| mono);
        if let Some(name) = mono.or_else(|| family_where(&fonts, &|_, _| true)) {
            fonts.set_monospace_family(name);
        }
    }
    fonts
}

/// The bytes of a PNG.
fn png(path: &Path, svg: &str, fonts: &Arc<Database>) -> Result<Vec<u8>, PictureError> {
    let not_svg = |reason: String| PictureError::NotSvg {
        path: path.to_owned(),
        reason,
    };
    let document = roxmltree::Document::parse(svg).map_err(|error| not_svg(error.to_string()))?;
    let options = usvg::Options {
        fontdb: Arc::clone(fonts),
        ..usvg::Options::default()
    };
    let tree = Tree::from_xmltree(&document, &options).map_err(|error| not_svg(error.to_string()))?;
    check_text(path, n_texts(&document), &tree)?;
    let size = tree.size();
    let (width, height) = ((size.width() * SCALE).ceil(), (size.height() * SCALE).ceil());
    let too_large = || PictureError::TooLarge {
        path: path.to_owned(),
        width: width as u32,
        height: height as u32,
    };
    // The renderer would take the memory, and abort where there is none.
    if width * height > MOST_PIXELS {
        return Err(too_large());
    }
    let mut pixels = tiny_skia::Pixmap::new(width as u32, height as u32).ok_or_else(too_large)?;
    resvg::render(
        &tree,
        tiny_skia::Transform::from_scale(SCALE, SCALE),
        &mut pixels.as_mut(),
    );
    pixels.encode_png().map_err(|error| PictureError::NotWritten {
        path: path.to_owned(),
        source: std::io::Error::other(error.to_string()),
    })
}

/// Makes sure that the renderer found glyphs for all text: what it finds none for it leaves out
/// without a word.
fn check_text(path: &Path, expected: usize, tree: &Tree) -> Result<(), PictureError> {
    let mut texts = Vec::new();
    collect_texts(tree.root(), &mut texts);
    if texts.len() < expected {
        return Err(PictureError::NoFont { path: path.to_owned() });
    }
    let spans = texts.iter().flat_map(|text| text.layouted());
    let glyphs = spans.flat_map(|span| &span.positioned_glyphs);
    // Glyph 0 is the box that fonts draw for what they lack.
    let missing = glyphs.filter(|glyph| glyph.id.0 == 0 && !glyph.text.trim().is_empty());
    let characters: BTreeSet<char> = missing.flat_map(|glyph| glyph.text.chars()).collect();
    if characters.is_empty() {
        return Ok(());
    }
    Err(PictureError::NoGlyph {
        path: path.to_owned(),
        characters: characters.into_iter().collect(),
    })
}

fn collect_texts<'a>(group: &'a usvg::Group, texts: &mut Vec<&'a usvg::Text>) {
    for node in group.children() {
        match node {
            usvg::Node::Group(group) => collect_texts(group, texts),
            usvg::Node::Text(text) => texts.push(text),
            _ => {}
        }
    }
}

/// Text elements of the source that leave a mark.
fn n_texts(document: &roxmltree::Document<'_>) -> usize {
    let leaves_mark = |element: &roxmltree::Node<'_, '_>| {
        let parts = element.descendants().filter(|node| node.is_text());
        parts.filter_map(|node| node.text()).any(|text| !text.trim().is_empty())
    };
    let elements = document
        .descendants()
        .filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "text")));
    elements.filter(leaves_mark).count()
}

/// A temporary file beside it, synced, renamed.
fn write_whole(path: &Path, content: &[u8]) -> Result<(), PictureError> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".partial");
    let temporary = Path::new(&temporary);
    let write = || {
        let mut file = std::fs::File::create(temporary)?;
        file.write_all(content)?;
        file.sync_all()?;
        std::fs::rename(temporary, path)
    };
    write().map_err(|source| {
        let _ = std::fs::remove_file(temporary);
        PictureError::NotWritten {
            path: path.to_owned(),
            source,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20.5"><rect width="30" height="20.5" fill="#fff"/><path d="M0 10H30" stroke="#000"/></svg>"##;

    /// A fresh folder; removed when dropped.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("logsum-picture-{}-{name}", std::process::id()));
            std::fs::create_dir_all(&folder).unwrap();
            Self(folder)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn with_text(text: &str) -> String {
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40"><g font-family="No Such Font, sans-serif"><text x="5" y="20">{text}</text></g></svg>"#
        )
    }

    fn no_fonts() -> Arc<Database> {
        Arc::new(with_generic_families(Database::new()))
    }

    #[test]
    fn svg_is_written_as_it_is() {
        let folder = Folder::new("svg");
        for name in ["a.svg", "b.SVG"] {
            let path = folder.0.join(name);
            write(&path, LINE).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), LINE);
        }
        assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 2, "nothing else is left");
    }

    #[test]
    fn png_has_twice_the_size_and_shows_something() {
        let folder = Folder::new("png");
        let path = folder.0.join("a.png");
        write(&path, LINE).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
        let pixels = tiny_skia::Pixmap::decode_png(&bytes).unwrap();
        assert_eq!((pixels.width(), pixels.height()), (60, 41));
        let darkness = |x, y| 255 - pixels.pixel(x, y).unwrap().red();
        assert_eq!(darkness(30, 20), 255, "the line");
        assert_eq!(darkness(30, 5), 0, "the ground");
    }

    /// The same chart with fonts of the system: text leaves marks where only text can be.
    #[test]
    fn charts_become_png() {
        if SYSTEM_FONTS.is_empty() {
            return;
        }
        let chart = |title| crate::Chart::new(title).points("", [(1.0, 1.0), (2.0, 3.0)]).svg();
        let dark = |title| {
            let bytes = png(Path::new("a.png"), &chart(title), &SYSTEM_FONTS).unwrap();
            let pixels = tiny_skia::Pixmap::decode_png(&bytes).unwrap();
            assert_eq!(pixels.width(), 1280);
            let top = pixels.pixels().iter().take(1280 * 44);
            top.filter(|pixel| pixel.red() < 128).count()
        };
        assert!(dark("A title") > 50);
        assert_eq!(dark(""), 0);
    }

    #[test]
    fn generic_families_are_fonts_that_are_there() {
        if SYSTEM_FONTS.is_empty() {
            return;
        }
        png(Path::new("a.png"), &with_text("text"), &SYSTEM_FONTS).unwrap();
    }

    #[test]
    fn other_extensions_are_refused() {
        for (name, shown) in [("a.jpg", "a.jpg"), ("folder/picture", "folder/picture"), ("png", "png")] {
            assert_eq!(
                write(Path::new(name), LINE).unwrap_err().to_string(),
                format!("\"{shown}\": pictures are written as .svg or .png; end the name with one of them")
            );
        }
    }

    #[test]
    fn no_png_without_its_text() {
        let error = png(Path::new("a.png"), &with_text("text"), &no_fonts()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"a.png\": no font is installed to write the text of a PNG with; write an .svg instead"
        );
        // What has no text needs no font.
        png(Path::new("a.png"), LINE, &no_fonts()).unwrap();
        png(Path::new("a.png"), &with_text(" "), &no_fonts()).unwrap();
    }

    #[test]
    fn no_png_with_boxes_for_letters() {
        if SYSTEM_FONTS.is_empty() {
            return;
        }
        // Private use: no font that is meant for text has them.
        let error = png(Path::new("a.png"), &with_text("a\u{f8a1}b\u{f8a0}"), &SYSTEM_FONTS).unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"a.png\": no installed font has \"\u{f8a0}\u{f8a1}\"; install one that has, or write an .svg instead"
        );
    }

    #[test]
    fn what_is_not_svg_is_refused() {
        let reason = |svg: &str| png(Path::new("a.png"), svg, &no_fonts()).unwrap_err().to_string();
        assert_eq!(
            reason("no picture"),
            "\"a.png\": the picture is not valid SVG (unknown token at 1:1)"
        );
        assert!(reason("<svg xmlns='http://www.w3.org/2000/svg' width='0' height='0'/>").contains("not valid SVG"));
    }

    #[test]
    fn what_takes_too_much_memory_is_refused() {
        let svg = LINE.replacen("width=\"30\" height=\"20.5\"", "width=\"900000\" height=\"900000\"", 1);
        assert_eq!(
            png(Path::new("a.png"), &svg, &no_fonts()).unwrap_err().to_string(),
            "\"a.png\": a PNG of 1800000 × 1800000 pixels is too large; write an .svg instead"
        );
    }

    #[test]
    fn the_disk_is_named() {
        let folder = Folder::new("missing");
        let path = folder.0.join("no such folder").join("a.svg");
        assert_eq!(
            write(&path, LINE).unwrap_err().to_string(),
            format!(
                "\"{}\" cannot be written (No such file or directory (os error 2)); check the folder and the disk",
                path.display()
            )
        );
        // A folder stands where the file should: the temporary file goes too.
        let taken = folder.0.join("taken.svg");
        std::fs::create_dir_all(taken.join("full")).unwrap();
        assert!(write(&taken, LINE).is_err());
        assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 1);
    }
}
