//! People whose papers, names or ways are less usual, and people who come back.

use bonafide_specimen::Specimen;
use jiff::civil::date;
use serde_json::json;

use crate::attacks::{
    cast,
    row::{Ends, Faces, Under, Variation, go},
    walk::Visit,
};

/// A row about what the passport says.
macro_rules! says {
    ($variation:literal, |$holder:ident| $change:expr) => {
        Variation {
            variation: $variation,
            under: Under::Standard,
            ends: Ends::Approved,
            faces: Faces::Sample,
            go: go!(|w| {
                let person = w.person();
                let $holder = person.holder();
                w.visit(Visit::new(cast::passport(&$change), person.face())).await
            }),
        }
    };
}

/// A row of its own.
macro_rules! way {
    ($variation:literal, $faces:ident, |$w:ident| $does:expr) => {
        Variation {
            variation: $variation,
            under: Under::Standard,
            ends: Ends::Approved,
            faces: Faces::$faces,
            go: go!(|$w| $does),
        }
    };
}

pub const ROWS: &[Variation] = &[
    says!("transliterated name: MÜLLER-ÅKESSON", |h| Specimen {
        surname: "MÜLLER-ÅKESSON".into(),
        given_names: "JÜRGEN".into(),
        ..h
    }),
    says!("transliterated name: ŁUKASIK, WŁADYSŁAW", |h| Specimen {
        surname: "ŁUKASIK".into(),
        given_names: "WŁADYSŁAW".into(),
        ..h
    }),
    says!("name with an apostrophe: O'BRIEN", |h| Specimen {
        surname: "O'BRIEN".into(),
        given_names: "SEÁN".into(),
        ..h
    }),
    says!("one name only", |h| Specimen { surname: "SUHARTONO".into(), given_names: String::new(), ..h }),
    says!("a name longer than the zone", |h| Specimen {
        surname: "VAN DER BERG THORVALDSEN".into(),
        given_names: "MAXIMILIAN ALEXANDER FREDERIK".into(),
        ..h
    }),
    says!("two surnames: GARCÍA LÓPEZ", |h| Specimen {
        surname: "GARCÍA LÓPEZ".into(),
        given_names: "RAÚL".into(),
        ..h
    }),
    says!("a number with letters among its digits", |h| Specimen {
        document_number: "C01X00T47".into(),
        ..h
    }),
    says!("no personal number", |h| Specimen { personal_number: String::new(), ..h }),
    says!("a foreign passport", |h| Specimen { state: "PRT".into(), nationality: "PRT".into(), ..h }),
    says!("a citizen of another country than the issuer's", |h| Specimen { nationality: "FRA".into(), ..h }),
    says!("18 today", |h| Specimen { birth_date: date(2008, 6, 1), ..h }),
    says!("88 years old", |h| Specimen { birth_date: date(1938, 1, 30), ..h }),
    says!("a passport that ends tomorrow", |h| Specimen {
        issued: date(2016, 6, 3),
        expires: date(2026, 6, 2),
        ..h
    }),
    says!("a passport issued yesterday", |h| Specimen {
        issued: date(2026, 5, 31),
        expires: date(2036, 5, 30),
        ..h
    }),
    says!("a passport for five years", |h| Specimen {
        issued: date(2023, 2, 1),
        expires: date(2028, 1, 31),
        ..h
    }),
    way!("identity card, both sides", Sample, |w| {
        let person = w.person();
        let visit = Visit::with(person.card(), person.face());
        w.visit(Visit { declared: Some("identification_card"), ..visit }).await
    }),
    way!("driving licence with its barcode", Sample, |w| {
        let person = w.person();
        let visit = Visit::with(person.licence(), person.face());
        w.visit(Visit { declared: Some("driver_license"), ..visit }).await
    }),
    way!("residence permit, both sides", Sample, |w| {
        let person = w.person();
        let visit = Visit::with(person.residence_permit(), person.face());
        w.visit(Visit { declared: Some("identification_card"), ..visit }).await
    }),
    way!("passport declared as one", Sample, |w| {
        w.visit(Visit { declared: Some("passport"), ..Visit::of(w.person()) }).await
    }),
    way!("the same person twice, with the same passport", Sample, |w| {
        let person = w.person();
        let first = w.approved(person).await;
        let again = Visit::new(
            cast::photo(&person.page(), 12),
            person.face_as(|p| bonafide_specimen::forged::lit(p, 0.95, 0.02)),
        );
        let second = w.visit(again).await.approved();
        assert_eq!(first.identity(), second.identity(), "one person is one identity");
        second
    }),
    way!("the same files sent twice", Sample, |w| {
        let person = w.person();
        w.approved(person).await;
        w.visit(Visit::of(person)).await
    }),
    way!("renewed passport", Sample, |w| {
        let person = w.person();
        let first = w.approved(person).await;
        let renewed = Specimen {
            document_number: "U5220417K".into(),
            issued: date(2026, 5, 4),
            expires: date(2036, 5, 3),
            ..person.holder()
        };
        let second = w.visit(Visit::new(cast::passport(&renewed), person.face())).await.approved();
        assert_eq!(first.identity(), second.identity(), "one person is one identity");
        second
    }),
    // The drawn page is the old one with another name: a portrait that was not taken anew.
    Variation {
        variation: "married name on a new passport with the old portrait",
        under: Under::Standard,
        ends: Ends::Review,
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            w.approved(person).await;
            let married = Specimen {
                surname: "HYTHLODAY GILLES".into(),
                document_number: "U5220418K".into(),
                issued: date(2026, 5, 4),
                expires: date(2036, 5, 3),
                ..person.holder()
            };
            w.visit(Visit::new(cast::passport(&married), person.face())).await
        }),
    },
    way!("passport first, identity card later", Sample, |w| {
        let person = w.person();
        w.approved(person).await;
        let [front, back] = cast::sides(
            &cast::card_pages(&Specimen { document_number: "I5520417".into(), ..person.holder() }),
            3,
        );
        let visit = Visit::with([front, back], person.face());
        w.visit(Visit { declared: Some("identification_card"), ..visit }).await
    }),
    way!("blurred at first, then good", Sample, |w| {
        let person = w.person();
        let blurred = cast::jpeg(&image::imageops::blur(&cast::decoded(&person.passport()), 9.0));
        let session = w.captured(&Visit::new(blurred, person.face())).await.unwrap();
        let first = w.hand_in(&session).await;
        assert_eq!(first.ends, Ends::Again, "{:?}", first.because);
        w.give(&session, &Visit::of(person)).await.unwrap();
        w.wait(30);
        w.hand_in(&session).await
    }),
    way!("a wrong picture exchanged before the hand-in", Sample, |w| {
        let person = w.person();
        let session = w.captured(&Visit::new(person.face(), person.face())).await.unwrap();
        w.give(&session, &Visit::of(person)).await.unwrap();
        w.hand_in(&session).await
    }),
    way!("handed in twice by a slow connection", Sample, |w| {
        let session = w.captured(&Visit::of(w.person())).await.unwrap();
        let (one, two) = tokio::join!(w.hand_in(&session), w.hand_in(&session));
        assert_eq!(
            (one.ends, w.events(&one, "processing")),
            (two.ends, 1),
            "{:?} {:?}",
            one.because,
            two.because
        );
        w.hand_in(&session).await
    }),
    way!("while lists are searched", Sample, |w| {
        w.list("1,person,Somebody Else,1950\n2,person,Ivan Petrov,1960-01-01", 3);
        w.visit(Visit::of(w.person())).await
    }),
    way!("back in the account, by face", Sample, |w| {
        let person = w.person();
        let known = w.approved(person).await;
        let today = person.face_as(|p| bonafide_specimen::forged::lit(p, 0.9, 0.04));
        w.authenticate(known.identity(), json!({}), &[today]).await
    }),
    way!("another day: outdoors in summer", Volunteers, |w| w.visit(Visit::of(cast::traveller(0))).await),
    way!("another day: winter, with a woollen hat", Volunteers, |w| w
        .visit(Visit::of(cast::traveller(1)))
        .await),
    way!("another day: at home, hair down", Volunteers, |w| w.visit(Visit::of(cast::traveller(2))).await),
    way!("volunteer 2", Volunteers, |w| w.visit(Visit::of(cast::volunteer(1))).await),
    way!("volunteer 3", Volunteers, |w| w.visit(Visit::of(cast::volunteer(2))).await),
    Variation {
        variation: "volunteer 4, whose selfie the network takes for a print",
        under: Under::Standard,
        ends: Ends::Declined,
        faces: Faces::Volunteers,
        go: go!(|w| w.visit(Visit::of(cast::volunteer(3))).await),
    },
    way!("volunteer 5", Volunteers, |w| w.visit(Visit::of(cast::volunteer(4))).await),
    way!("volunteer 6", Volunteers, |w| w.visit(Visit::of(cast::volunteer(5))).await),
    way!("volunteer 7", Volunteers, |w| w.visit(Visit::of(cast::volunteer(6))).await),
    way!("volunteer 8", Volunteers, |w| w.visit(Visit::of(cast::volunteer(7))).await),
    way!("two of one family: one last name, two people", Volunteers, |w| {
        let (first, second) = (w.person(), cast::volunteer(2));
        w.approved(first).await;
        let brother = Specimen { surname: first.holder().surname, ..second.holder() };
        w.visit(Visit::new(cast::passport(&brother), second.face())).await
    }),
    way!("namesakes: one name, two birth dates", Volunteers, |w| {
        let (first, second) = (w.person(), cast::volunteer(2));
        w.approved(first).await;
        let (surname, given_names) = (first.holder().surname, first.holder().given_names);
        let namesake = Specimen { surname, given_names, ..second.holder() };
        w.visit(Visit::new(cast::passport(&namesake), second.face())).await
    }),
];
