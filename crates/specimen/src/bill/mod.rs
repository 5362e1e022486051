//! Bills and letters that show where somebody lives, as companies and offices of eleven countries lay them out: a utility's bill,
//! a bank's letter, a tax notice, a letter of an authority. Issuers and people are invented.
//!
//! Beside what a reader has to find stands what misleads one: the issuer's own address, the dates when something is due and
//! what period is billed, account numbers, amounts.

mod draw;
pub mod seal;

use std::sync::LazyLock;

use jiff::{Span, civil::Date};
use serde::Deserialize;

use super::random::Random;

pub use draw::bill;

/// The countries that bills are drawn of, ISO 3166-1 alpha-2.
pub const COUNTRIES: [&str; 11] = ["FR", "GB", "DE", "ES", "IT", "NL", "BE", "PL", "CH", "US", "CA"];

/// The kinds of documents.
pub const KINDS: [&str; 4] = ["utility_bill", "bank_letter", "tax_notice", "government_letter"];

/// One bill or letter: what is printed on it, and what a reader should find.
#[derive(Debug, Clone)]
pub struct Bill {
    /// ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// One of [`KINDS`].
    pub kind: &'static str,
    pub issuer: String,
    /// Whoever it is addressed to, without titles.
    pub names: Vec<String>,
    pub issued: Date,
    pub street: String,
    /// A flat, a staircase, somebody else's door.
    pub extra: Option<String>,
    pub city: String,
    pub state: Option<String>,
    pub zip: String,
    /// The lines in the window of the envelope, the names with their titles.
    window: Vec<String>,
    /// What its seal says instead of what it should.
    seal: Option<String>,
    seed: u64,
}

/// What a country prints.
#[derive(Deserialize)]
struct Country {
    code: String,
    street: String,
    town: String,
    code_line: Option<String>,
    extras: Vec<String>,
    streets: Vec<String>,
    places: Vec<String>,
    women: Vec<String>,
    men: Vec<String>,
    surnames: Vec<String>,
    titles: [String; 3],
    dates: Vec<String>,
    months: String,
    issued: Vec<String>,
    due: String,
    period: String,
    number: String,
    money: String,
    footer: String,
    contact: String,
    customer: String,
    service: String,
    country_name: String,
    utility: Sender,
    bank: Sender,
    tax: Sender,
    government: Sender,
}

#[derive(Deserialize)]
struct Sender {
    issuers: Vec<String>,
    title: Vec<String>,
    lines: Vec<String>,
}

#[derive(Deserialize)]
struct All {
    country: Vec<Country>,
}

static ALL: LazyLock<Vec<Country>> = LazyLock::new(|| {
    toml::from_str::<All>(include_str!("bills.toml")).map_or_else(|_| vec![], |a| a.country)
});

fn of_country(code: &str) -> Option<&'static Country> {
    ALL.iter().find(|c| c.code == code)
}

impl Country {
    fn sender(&self, kind: &str) -> &Sender {
        match kind {
            "utility_bill" => &self.utility,
            "bank_letter" => &self.bank,
            "tax_notice" => &self.tax,
            _ => &self.government,
        }
    }

    fn date(&self, format: &str, date: Date) -> String {
        let month = self.months.split(' ').nth(usize::try_from(date.month() - 1).unwrap_or(0)).unwrap_or("");
        format
            .replace("{dd}", &format!("{:02}", date.day()))
            .replace("{mm}", &format!("{:02}", date.month()))
            .replace("{d}", &date.day().to_string())
            .replace("{month}", month)
            .replace("{y}", &date.year().to_string())
    }

    fn street(&self, street: &str, number: i64) -> String {
        self.street.replace("{n}", &number.to_string()).replace("{street}", street)
    }

    /// The lines below the street.
    fn town(&self, [zip, city, state]: [&str; 3]) -> Vec<String> {
        let fill =
            |line: &String| line.replace("{zip}", zip).replace("{city}", city).replace("{state}", state);
        std::iter::once(&self.town).chain(&self.code_line).map(fill).collect()
    }
}

fn pick<'a>(random: &mut Random, list: &'a [String]) -> &'a str {
    let names: Vec<&str> = list.iter().map(String::as_str).collect();
    random.pick(&names)
}

fn place<'a>(random: &mut Random, country: &'a Country) -> [&'a str; 3] {
    let mut parts = pick(random, &country.places).split('|');
    std::array::from_fn(|_| parts.next().unwrap_or(""))
}

impl Bill {
    /// A bill of a country (one of [`COUNTRIES`]), issued some days before `today`; the same seed gives the same. `None` for
    /// another country.
    pub fn random(country: &str, kind: &'static str, today: Date, seed: u64) -> Option<Self> {
        let code = COUNTRIES.into_iter().find(|c| *c == country)?;
        let of = of_country(code)?;
        let mut random = Random::new(seed ^ 0xb111);
        let sender = of.sender(kind);
        let days = random.whole(3, 75);
        let issued = today.checked_sub(Span::new().days(days)).unwrap_or(today);
        let (zip, city, state) = {
            let [zip, city, state] = place(&mut random, of);
            (zip.to_owned(), city.to_owned(), state.to_owned())
        };
        let number = random.whole(2, 148);
        let street = of.street(pick(&mut random, &of.streets), number);
        let extra = random.chance(0.4).then(|| pick(&mut random, &of.extras).to_owned());
        let (addressed, names) = addressee(&mut random, of);
        let mut window = addressed;
        // In Britain the flat comes first; elsewhere too, mostly.
        window.extend(extra.clone());
        window.push(street.clone());
        window.extend(of.town([&zip, &city, &state]));
        if random.chance(0.15) {
            window.push(of.country_name.clone());
        }
        let state = Some(state).filter(|s| !s.is_empty());
        let issuer = pick(&mut random, &sender.issuers).to_owned();
        Some(Self {
            country: code,
            kind,
            issuer,
            names,
            issued,
            street,
            extra,
            city,
            state,
            zip,
            window,
            seal: None,
            seed,
        })
    }

    /// The same bill for somebody else, or from another day: what a test changes.
    #[must_use]
    pub fn issued_on(self, issued: Date) -> Self {
        Self { issued, ..self }
    }

    /// The same bill addressed to one person by this name.
    #[must_use]
    pub fn addressed_to(self, name: &str) -> Self {
        let mut window = self.window;
        if let Some(first) = window.first_mut() {
            name.clone_into(first);
        }
        Self { names: vec![name.to_owned()], window, ..self }
    }
}

/// The first lines of the window, and whom they name.
fn addressee(random: &mut Random, of: &Country) -> (Vec<String>, Vec<String>) {
    let surname = pick(random, &of.surnames).to_owned();
    let (woman, man) = (pick(random, &of.women).to_owned(), pick(random, &of.men).to_owned());
    let [for_her, for_him, for_both] = &of.titles;
    let titled = |title: &str, name: &str| format!("{title} {name}").trim().to_owned();
    match random.whole(0, 5) {
        // Both in one line, as some issuers do, each with the whole name.
        0 => {
            let (her, him) = (format!("{woman} {surname}"), format!("{man} {surname}"));
            let and = match of.code.as_str() {
                "FR" | "BE" => "et",
                "DE" | "CH" => "und",
                "ES" => "y",
                "IT" => "e",
                "NL" => "en",
                "PL" => "i",
                _ => "and",
            };
            let line = if for_both == "and" {
                format!("{him} and {her}")
            } else {
                format!("{} {and} {}", titled(for_him, &him), titled(for_her, &her))
            };
            (vec![line], vec![him, her])
        }
        n if n % 2 == 0 => {
            let name = format!("{woman} {surname}");
            (vec![titled(for_her, &name)], vec![name])
        }
        _ => {
            let name = format!("{man} {surname}");
            (vec![titled(for_him, &name)], vec![name])
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn every_country_prints_all_kinds_and_the_same_seed_gives_the_same() {
        assert_eq!(ALL.len(), COUNTRIES.len());
        for code in COUNTRIES {
            let of = of_country(code).unwrap();
            assert_eq!(of.months.split(' ').count(), 12, "{code}");
            for kind in KINDS {
                for seed in 0..12 {
                    let make = || Bill::random(code, kind, date(2026, 11, 30), seed).unwrap();
                    let bill = make();
                    assert_eq!(bill.window, make().window);
                    assert!(!bill.names.is_empty() && bill.issued < date(2026, 11, 30));
                    let window = bill.window.join("\n");
                    assert!(window.contains(&bill.street) && window.contains(&bill.zip), "{window}");
                    assert!(!window.contains('{') && !bill.issuer.is_empty(), "{window}");
                    assert!(bill.names.iter().all(|n| window.contains(n)), "{window}");
                }
            }
        }
        assert!(Bill::random("ZZ", KINDS[0], date(2026, 11, 30), 1).is_none());
    }
}
