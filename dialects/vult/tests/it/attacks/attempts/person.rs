//! Somebody who is known, and says something else of themselves; somebody who is wanted, blocked or too young.

use bonafide_specimen::Specimen;
use jiff::civil::date;
use serde_json::json;

use crate::attacks::{
    cast::{self, Person},
    row::{Attempt, Ends, Faces, Under, go},
    walk::{Visit, worse},
};

/// The same face with other papers.
fn renamed(person: &Person, surname: &str, number: &str) -> Specimen {
    Specimen {
        surname: surname.into(),
        given_names: "STEFAN".into(),
        document_number: number.into(),
        personal_number: String::new(),
        birth_date: date(1981, 9, 14),
        ..person.holder()
    }
}

pub const ROWS: &[Attempt] = &[
    Attempt {
        attempt: "one face, two names",
        made: "a second passport with another name, number and birth date",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["known_face_unsure", "face_of_another_holder"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            w.approved(person).await;
            let second = renamed(person, "GRUENWALD", "U9000001K");
            w.visit(Visit::new(cast::passport(&second), person.face())).await
        }),
    },
    Attempt {
        attempt: "one face, three names",
        made: "a third passport after a second that was not approved either",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["known_face_unsure", "face_of_another_holder"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            w.approved(person).await;
            let second = renamed(person, "GRUENWALD", "U9000001K");
            w.visit(Visit::new(cast::passport(&second), person.face())).await;
            w.wait(600);
            let third = renamed(person, "HALVORSEN", "U9000002K");
            w.visit(Visit::new(cast::passport(&third), person.face())).await
        }),
    },
    Attempt {
        attempt: "one face, two names, at the same time",
        made: "two passports of two names handed in at once; one of them may come first",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["known_face_unsure", "face_of_another_holder"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let second = renamed(person, "GRUENWALD", "U9000001K");
            let one = w.captured(&Visit::of(person)).await.unwrap();
            let two = Visit::new(cast::passport(&second), person.face());
            let two = w.captured(&two).await.unwrap();
            let (one, two) = tokio::join!(w.hand_in(&one), w.hand_in(&two));
            worse(one, two)
        }),
    },
    Attempt {
        attempt: "twins on paper",
        made: "one face; the second passport has the same last name and birth date, and another first name and number",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["known_face_unsure", "face_of_another_holder"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            w.approved(person).await;
            let (given_names, document_number) = ("GABRIEL PAUL".into(), "U9000003K".into());
            let twin =
                Specimen { given_names, document_number, personal_number: String::new(), ..person.holder() };
            w.visit(Visit::new(cast::passport(&twin), person.face())).await
        }),
    },
    Attempt {
        attempt: "a twin's passport number",
        made: "another face with the same last name, birth date and number, and another first name",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["identity_conflict_unsure", "number_of_another_face"],
        faces: Faces::Volunteers,
        go: go!(|w| {
            let (first, second) = (w.person(), cast::volunteer(2));
            w.approved(first).await;
            let (given_names, portrait) = ("GABRIEL PAUL".into(), second.portrait.clone());
            let twin = Specimen { given_names, portrait, ..first.holder() };
            w.visit(Visit::new(cast::passport(&twin), second.face())).await
        }),
    },
    Attempt {
        attempt: "a number used again with another face",
        made: "number, name and birth date of a known passport, another's portrait and selfie",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["identity_conflict_unsure", "number_of_another_face"],
        faces: Faces::Volunteers,
        go: go!(|w| {
            let (first, second) = (w.person(), cast::volunteer(2));
            w.approved(first).await;
            let forged = Specimen { portrait: second.portrait.clone(), ..first.holder() };
            w.visit(Visit::new(cast::passport(&forged), second.face())).await
        }),
    },
    Attempt {
        attempt: "a portrait glued over a known passport's",
        made: "the page as it was, another's portrait pasted over the holder's",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["identity_conflict_unsure", "number_of_another_face"],
        faces: Faces::Volunteers,
        go: go!(|w| {
            let (first, second) = (w.person(), cast::volunteer(1));
            w.approved(first).await;
            let with_second = Specimen { portrait: second.portrait.clone(), ..first.holder() };
            let front = cast::glued(&first.holder(), &with_second, cast::PORTRAIT);
            w.visit(Visit::new(front, second.face())).await
        }),
    },
    Attempt {
        attempt: "a renamed identity",
        made: "number and face of somebody known, another name; what is known of them stays",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["identity_conflict_unsure", "number_of_another_name"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let known = w.approved(person).await;
            let number = person.holder().document_number;
            let seen = w
                .visit(Visit::new(cast::passport(&renamed(person, "GRUENWALD", &number)), person.face()))
                .await;
            let identity = json!({"identity_id": known.identity()});
            let now = w.app.post("/identity/read", identity).await.ok();
            assert_eq!(now["last_name"], known.read["last_name"], "an identity is not overwritten");
            seen
        }),
    },
    Attempt {
        attempt: "a listed person under another name",
        made: "somebody on a list comes back with their number and another name",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["identity_conflict_unsure", "number_of_another_name"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            w.list("1,person,Somebody Else,1950", 0);
            w.approved(person).await;
            let holder = person.holder();
            let row = format!("2,person,{} {},{}", holder.given_names, holder.surname, holder.birth_date);
            w.list(&format!("1,person,Somebody Else,1950\n{row}"), 0);
            let other = renamed(person, "GRUENWALD", &holder.document_number);
            w.visit(Visit::new(cast::passport(&other), person.face())).await
        }),
    },
    Attempt {
        attempt: "a number used again, nothing else alike",
        made: "a known passport's number with another name, birth date and face",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["identity_conflict_unsure", "number_of_another_name"],
        faces: Faces::Volunteers,
        go: go!(|w| {
            let (first, second) = (w.person(), cast::volunteer(4));
            w.approved(first).await;
            let document_number = first.holder().document_number;
            let other = Specimen { document_number, ..second.holder() };
            w.visit(Visit::new(cast::passport(&other), second.face())).await
        }),
    },
    Attempt {
        attempt: "somebody on a list",
        made: "name and birth date of an entry",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["sanctions_failed", "listed"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let holder = person.holder();
            let row = format!("2,person,{} {},{}", holder.given_names, holder.surname, holder.birth_date);
            w.list(&row, 0);
            w.visit(Visit::of(person)).await
        }),
    },
    Attempt {
        attempt: "before any list is there",
        made: "no list is imported and the policy asks for one",
        under: Under::With(r#"{"screening": {"required": true}}"#),
        ends: Ends::Review,
        because: &["sanctions_not_assessed", "no_lists"],
        faces: Faces::Sample,
        go: go!(|w| w.visit(Visit::of(w.person())).await),
    },
    Attempt {
        attempt: "while the lists are old",
        made: "the newest list was imported 40 days ago",
        under: Under::With(r#"{"screening": {"required": true, "max_list_age_days": 30}}"#),
        ends: Ends::Review,
        because: &["sanctions_not_assessed", "lists_stale"],
        faces: Faces::Sample,
        go: go!(|w| {
            w.list("1,person,Somebody Else,1950", 40);
            w.visit(Visit::of(w.person())).await
        }),
    },
    Attempt {
        attempt: "while a list is damaged",
        made: "the list's file was cut off after its import",
        under: Under::With(r#"{"screening": {"required": true}}"#),
        ends: Ends::Review,
        because: &["sanctions_not_assessed", "lists_damaged"],
        faces: Faces::Sample,
        go: go!(|w| {
            w.list("1,person,Somebody Else,1950\n2,person,One More,1960", 0);
            w.damage_list();
            w.visit(Visit::of(w.person())).await
        }),
    },
    Attempt {
        attempt: "a blocked face",
        made: "somebody who was blocked, with other papers",
        under: Under::Standard,
        ends: Ends::Declined,
        because: &["face_blocked"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let known = w.approved(person).await;
            w.block(json!({"kind": "face", "identity": known.identity()})).await;
            let other = renamed(person, "GRUENWALD", "U9000001K");
            w.visit(Visit::new(cast::passport(&other), person.face())).await
        }),
    },
    Attempt {
        attempt: "a blocked number",
        made: "a passport whose number was reported stolen",
        under: Under::Standard,
        ends: Ends::Declined,
        because: &["block_list_failed", "number_blocked"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let number = person.holder().document_number;
            w.block(json!({"kind": "number", "country": "UTO", "number": number})).await;
            w.visit(Visit::of(person)).await
        }),
    },
    Attempt {
        attempt: "a blocked name",
        made: "name and birth date on the organization's block list",
        under: Under::Standard,
        ends: Ends::Declined,
        because: &["block_list_failed", "name_blocked"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let holder = person.holder();
            let name = format!("{} {}", holder.given_names, holder.surname);
            let birth_date = holder.birth_date.to_string();
            w.block(json!({"kind": "name", "name": name, "birth_date": birth_date})).await;
            w.visit(Visit::of(person)).await
        }),
    },
    Attempt {
        attempt: "a child's passport with an adult's face",
        made: "born four years ago",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["minimum_age_failed", "below_minimum_age"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let child = Specimen { birth_date: date(2022, 3, 8), ..person.holder() };
            w.visit(Visit::new(cast::passport(&child), person.face())).await
        }),
    },
    Attempt {
        attempt: "a minor",
        made: "18 tomorrow",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["minimum_age_failed", "below_minimum_age"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let minor = Specimen { birth_date: date(2008, 6, 2), ..person.holder() };
            w.visit(Visit::new(cast::passport(&minor), person.face())).await
        }),
    },
    Attempt {
        attempt: "an adult who is too young",
        made: "20 years old where 21 are asked for",
        under: Under::With(r#"{"minimum_age": 21}"#),
        ends: Ends::Review,
        because: &["minimum_age_failed", "below_minimum_age"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let young = Specimen { birth_date: date(2006, 1, 7), ..person.holder() };
            w.visit(Visit::new(cast::passport(&young), person.face())).await
        }),
    },
];
