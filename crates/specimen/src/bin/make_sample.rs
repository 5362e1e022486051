//! Makes the sample person's pictures: `make_sample <manifest> <folder of the package's pictures> <output folder>`.
//!
//! Writes `passport.jpg`, `card_front.jpg`, `card_back.jpg`, `portrait.jpg`, `selfie.jpg` and `other.jpg`.

use std::error::Error;
use std::path::{Path, PathBuf};

use bonafide_specimen::{self as specimen, Fonts, Scene, Specimen, Table};
use image::RgbImage;
use serde::Deserialize;

/// The light grey that passport offices ask for behind a person.
const BACKDROP: [u8; 3] = [222, 226, 230];

#[derive(Deserialize)]
struct Manifest {
    portrait: Picture,
    selfie: Picture,
    other: Picture,
}

#[derive(Deserialize)]
struct Picture {
    path: PathBuf,
    crop: [u32; 4],
    gamma: Option<f32>,
    outline: Option<Vec<[f32; 2]>>,
}

impl Picture {
    fn open(&self, folder: &Path) -> Result<RgbImage, Box<dyn Error>> {
        let path = folder.join(self.path.file_name().ok_or("a picture's path ends without a name")?);
        let picture = image::open(&path).map_err(|e| format!("open {}: {e}", path.display()))?;
        Ok(picture.to_rgb8())
    }

    /// A camera's own picture: cut, not retouched.
    fn selfie(&self, folder: &Path) -> Result<RgbImage, Box<dyn Error>> {
        let [_, _, width, height] = self.crop;
        Ok(specimen::crop(&self.open(folder)?, self.crop, (width, height)))
    }

    fn portrait(&self, folder: &Path) -> Result<RgbImage, Box<dyn Error>> {
        let mut picture = self.open(folder)?;
        if let Some(gamma) = self.gamma {
            for value in picture.iter_mut() {
                *value = (255.0 * (f32::from(*value) / 255.0).powf(gamma)).round() as u8;
            }
        }
        if let Some(outline) = &self.outline {
            picture = specimen::cut_out(&picture, outline, BACKDROP, 5.0);
        }
        // 35 × 45 mm at twice the page's resolution.
        Ok(specimen::crop(&picture, self.crop, (700, 900)))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [manifest, pictures, out] = arguments.as_slice() else {
        return Err("usage: make_sample <manifest> <pictures> <output folder>".into());
    };
    let manifest: Manifest = toml::from_str(&std::fs::read_to_string(manifest)?)?;
    let fonts = Fonts::installed()?;
    let person = Specimen::example(manifest.portrait.portrait(pictures)?);
    let [front, back] = specimen::identity_card(&person, &fonts);
    let card = Scene { fill: 0.66, roll: 2.0, pitch: 5.0, yaw: 5.0, table: Table::Slate, ..Scene::default() };

    std::fs::create_dir_all(out)?;
    let write = |name: &str, picture: &RgbImage| -> Result<(), Box<dyn Error>> {
        std::fs::write(out.join(name), specimen::to_jpeg(picture, 90)?)?;
        Ok(())
    };
    write("passport.jpg", &specimen::photograph(&specimen::passport(&person, &fonts), 1, &Scene::default()))?;
    write("card_front.jpg", &specimen::photograph(&front, 2, &card))?;
    write("card_back.jpg", &specimen::photograph(&back, 3, &card))?;
    write("portrait.jpg", &person.portrait)?;
    write("selfie.jpg", &manifest.selfie.selfie(pictures)?)?;
    write("other.jpg", &manifest.other.selfie(pictures)?)
}
