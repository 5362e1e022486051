//! A bill on a sheet of A4 (ISO 216).

use ab_glyph::FontArc;
use image::RgbImage;
use jiff::Span;

use super::{Bill, Country, of_country, pick, place, seal};
use crate::{
    PIXELS_PER_MM,
    canvas::Canvas,
    font::{self, Fonts},
    random::Random,
};

const A4_MM: (f32, f32) = (210.0, 297.0);
/// Height of a capital letter of ten-point type, and of the print in a footer.
const BODY_MM: f32 = 2.5;
const SMALL_MM: f32 = 1.9;
/// Side of a module of a seal.
const MODULE_MM: f32 = 0.5;
const INK: [f32; 3] = [28.0, 28.0, 32.0];
const GREY: [f32; 3] = [96.0, 98.0, 104.0];

/// A sheet of paper and what writes on it, in millimetres.
struct Sheet<'a> {
    canvas: Canvas,
    fonts: &'a Fonts,
}

impl Sheet<'_> {
    fn write(&mut self, font: &FontArc, size: f32, (x, y): (f32, f32), ink: [f32; 3], text: &str) {
        let px = |mm: f32| mm * PIXELS_PER_MM;
        font::draw(&mut self.canvas, font, px(size), (px(x), px(y)), ink, text);
    }

    fn text(&mut self, at: (f32, f32), text: &str) {
        let font = self.fonts.text.clone();
        self.write(&font, BODY_MM, at, INK, text);
    }

    fn bold(&mut self, size: f32, at: (f32, f32), ink: [f32; 3], text: &str) {
        let font = self.fonts.bold.clone();
        self.write(&font, size, at, ink, text);
    }

    fn small(&mut self, at: (f32, f32), text: &str) {
        let font = self.fonts.text.clone();
        self.write(&font, SMALL_MM, at, GREY, text);
    }

    fn box_(&mut self, [x, y, w, h]: [f32; 4], ink: [f32; 3], coverage: f32) {
        self.canvas.rectangle([x, y, w, h].map(|mm| mm * PIXELS_PER_MM), ink, coverage);
    }

    fn width(&self, size: f32, text: &str) -> f32 {
        font::width(&self.fonts.bold, size * PIXELS_PER_MM, text) / PIXELS_PER_MM
    }
}

/// What is printed beside the address, in the country's words.
struct Words {
    issued: (String, String),
    due: (String, String),
    number: (String, String),
    period: String,
    total: String,
    amounts: Vec<String>,
    title: String,
    lines: Vec<String>,
    seat: [String; 2],
    footer: String,
    contact: String,
}

impl Words {
    fn of(bill: &Bill, of: &Country, random: &mut Random) -> Self {
        let format = pick(random, &of.dates).to_owned();
        let on = |days: i64| {
            let date = bill.issued.checked_add(Span::new().days(days)).unwrap_or(bill.issued);
            of.date(&format, date)
        };
        let sender = of.sender(bill.kind);
        let which = sender.issuers.iter().position(|i| *i == bill.issuer).unwrap_or(0);
        // An issuer of several has the title of its trade.
        let title = sender.title.get(which.min(sender.title.len().saturating_sub(1)));
        let seat_place = place(random, of);
        let seat_number = random.whole(150, 420);
        let seat_street = of.street(pick(random, &of.streets), seat_number);
        let seat = [seat_street, of.town(seat_place).join(" ")];
        let domain: String = bill
            .issuer
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(14)
            .collect::<String>()
            .to_lowercase();
        let amount = |random: &mut Random| {
            let (whole, cents) = (random.whole(12, 890), random.whole(0, 99));
            let point = if matches!(bill.country, "GB" | "US" | "CA" | "CH") { '.' } else { ',' };
            of.money.replace("{amount}", &format!("{whole}{point}{cents:02}"))
        };
        let amounts: Vec<String> = sender.lines.iter().map(|_| amount(random)).collect();
        let fill = |text: &str| {
            text.replace("{issuer}", &bill.issuer)
                .replace("{seat}", &seat.join(", "))
                .replace("{domain}", &domain)
        };
        Self {
            issued: (pick(random, &of.issued).to_owned(), on(0)),
            due: (of.due.clone(), on(21)),
            number: (of.number.clone(), random.whole(10_000_000, 99_999_999).to_string()),
            period: of.period.replace("{from}", &on(-66)).replace("{to}", &on(-5)),
            total: amount(random),
            amounts,
            title: title.cloned().unwrap_or_default(),
            lines: sender.lines.clone(),
            footer: fill(&of.footer),
            contact: fill(&of.contact),
            seat,
        }
    }
}

/// The first page of a bill, 2100×2970 pixels.
pub fn bill(bill: &Bill, fonts: &Fonts) -> RgbImage {
    let (width, height) = (A4_MM.0 * PIXELS_PER_MM, A4_MM.1 * PIXELS_PER_MM);
    let canvas = Canvas::new(width as u32, height as u32, |_, _| [252.0, 252.0, 250.0]);
    let mut sheet = Sheet { canvas, fonts };
    let Some(of) = of_country(bill.country) else { return sheet.canvas.into_image() };
    let mut random = Random::new(bill.seed ^ 0xd2a0);
    let words = Words::of(bill, of, &mut random);
    let colour =
        random.pick(&[[28.0, 84.0, 140.0], [150.0, 40.0, 44.0], [30.0, 110.0, 70.0], [60.0, 60.0, 66.0]]);
    let facts = [&words.issued, &words.number, &words.due];
    match random.whole(0, 2) {
        // The name of the issuer and its address on the left, the window on the right.
        0 => {
            sheet.box_([20.0, 14.0, 10.0, 10.0], colour, 1.0);
            sheet.bold(4.6, (33.0, 21.5), colour, &bill.issuer);
            for (i, line) in words.seat.iter().enumerate() {
                sheet.small((20.0, 32.0 + 4.0 * i as f32), line);
            }
            sheet.small((20.0, 41.0), &words.contact);
            window(&mut sheet, bill, 112.0, 54.0);
            sealed(&mut sheet, bill, (165.0, 82.0));
            pairs(&mut sheet, &facts, (20.0, 64.0), 42.0);
        }
        // The sender's line above a window on the left, its address in a column on the right.
        1 => {
            let left = 200.0 - sheet.width(4.4, &bill.issuer);
            sheet.bold(4.4, (left.max(60.0), 20.0), colour, &bill.issuer);
            let seat = words.seat.join(", ");
            sheet.small((20.0, 45.0), &format!("{} · {seat}", bill.issuer));
            window(&mut sheet, bill, 20.0, 53.0);
            sealed(&mut sheet, bill, (20.0, 10.0));
            let service: Vec<&str> =
                words.contact.split([',', '|', '-', '·']).map(str::trim).take(2).collect();
            for (i, line) in words.seat.iter().map(String::as_str).chain(service).enumerate() {
                sheet.small((132.0, 32.0 + 4.2 * i as f32), line);
            }
            pairs(&mut sheet, &facts, (118.0, 62.0), 44.0);
        }
        // A coloured band, the window on the left, a row of small boxes with labels above their values.
        _ => {
            sheet.box_([0.0, 0.0, 210.0, 26.0], colour, 0.92);
            sheet.bold(5.0, (20.0, 16.5), [250.0; 3], &bill.issuer);
            window(&mut sheet, bill, 22.0, 52.0);
            sealed(&mut sheet, bill, (165.0, 46.0));
            for (i, (label, value)) in facts.iter().enumerate() {
                let x = 20.0 + 60.0 * i as f32;
                sheet.box_([x - 2.0, 88.0, 54.0, 13.0], colour, 0.08);
                sheet.small((x, 92.5), label);
                sheet.text((x, 98.0), value);
            }
            sheet.small((120.0, 34.0), &words.contact);
        }
    }
    body(&mut sheet, bill, of, &words, colour);
    sheet.canvas.into_image()
}

fn window(sheet: &mut Sheet<'_>, bill: &Bill, x: f32, y: f32) {
    for (i, line) in bill.window.iter().enumerate() {
        sheet.text((x, y + 4.8 * i as f32), line);
    }
}

/// The seal, where there is one.
fn sealed(sheet: &mut Sheet<'_>, bill: &Bill, (x, y): (f32, f32)) {
    let Some(symbol) = bill.printed_seal().and_then(|text| seal::symbol(&text)) else { return };
    for row in 0..symbol.getHeight() {
        for column in (0..symbol.getWidth()).filter(|column| symbol.get(*column, row)) {
            let at = |modules: u32| MODULE_MM * modules as f32;
            sheet.box_([x + at(column), y + at(row), MODULE_MM, MODULE_MM], INK, 1.0);
        }
    }
}

/// Labels with their values to the right.
fn pairs(sheet: &mut Sheet<'_>, facts: &[&(String, String)], (x, y): (f32, f32), column: f32) {
    for (i, (label, value)) in facts.iter().enumerate() {
        let y = y + 5.2 * i as f32;
        sheet.small((x, y), label);
        sheet.text((x + column, y), value);
    }
}

fn body(sheet: &mut Sheet<'_>, bill: &Bill, of: &Country, words: &Words, colour: [f32; 3]) {
    sheet.bold(4.0, (20.0, 116.0), colour, &words.title);
    sheet.text((20.0, 124.0), &words.period);
    sheet.small((20.0, 132.0), &of.customer);
    sheet.text((75.0, 132.0), &bill.names.join(", "));
    if bill.kind == "utility_bill" {
        let town = of.town([&bill.zip, &bill.city, bill.state.as_deref().unwrap_or("")]).join(" ");
        sheet.small((20.0, 138.0), &of.service);
        sheet.text((75.0, 138.0), &format!("{}, {town}", bill.street));
    }
    for (i, (line, amount)) in words.lines.iter().zip(&words.amounts).enumerate() {
        let y = 152.0 + 7.0 * i as f32;
        sheet.text((20.0, y), line);
        sheet.text((165.0, y), amount);
        sheet.box_([20.0, y + 2.0, 170.0, 0.2], GREY, 0.6);
    }
    sheet.bold(3.0, (165.0, 188.0), INK, &words.total);
    sheet.box_([20.0, 272.0, 170.0, 0.3], colour, 1.0);
    sheet.small((20.0, 277.0), &words.footer);
    sheet.small((20.0, 281.5), &words.contact);
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::canvas::grey;

    #[test]
    fn a_sheet_is_written_on_and_its_margins_are_not() {
        let fonts = Fonts::installed().unwrap();
        for (seed, country) in super::super::COUNTRIES.into_iter().enumerate() {
            let bill = Bill::random(country, super::super::KINDS[seed % 4], date(2026, 11, 30), seed as u64)
                .unwrap();
            let page = super::bill(&bill, &fonts);
            assert_eq!(page.dimensions(), (2100, 2970));
            let dark = |from: u32, to: u32, left: u32, right: u32| {
                let cells = (from..to).flat_map(|y| (left..right).map(move |x| (x, y)));
                cells.filter(|&(x, y)| grey(page.get_pixel(x, y)) < 110.0).count()
            };
            assert!(dark(480, 800, 150, 2050) > 3000, "the window of {country}");
            assert_eq!(dark(300, 2900, 0, 150), 0, "the margin of {country}");
        }
    }
}
