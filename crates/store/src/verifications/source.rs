//! Where a list comes from, as SQL: the tenant, the filter, and the one index that it is read by.
//!
//! Both databases would choose an index themselves, SQLite by no more than the number of columns that it fits. So the columns
//! of all other indexes are written as `COALESCE(x, x)`, which no index is for.

use bonafide_core::id::OrganizationId;

use super::filter::{Axis, Filter};
use crate::query::Query;

/// What a list is looked up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Driver {
    /// Whatever the database takes.
    Any,
    /// Everything, in this order.
    Axis(Axis),
    /// The states and purposes, one after the other.
    Status,
    Client,
    Matter,
    User,
    /// The people it is about.
    People,
}

impl Driver {
    /// What says whose verifications are meant, if anything does.
    pub(super) fn of_whom(filter: &Filter<'_>) -> Option<Self> {
        if !filter.applicants.is_empty() || !filter.identities.is_empty() {
            Some(Self::People)
        } else if !filter.user_ids.is_empty() && filter.user_ids.iter().all(|user| !user.is_empty()) {
            Some(Self::User)
        } else if filter.client.is_some() {
            Some(Self::Client)
        } else {
            filter.matter.map(|_| Self::Matter)
        }
    }
}

/// What is wanted of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    NumberByStatus,
    /// The ids, in any order.
    Ids,
    /// The rows themselves, in this order.
    Rows(Axis),
}

/// Rows to list or to count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) organization: OrganizationId,
    pub(super) filter: &'a Filter<'a>,
    /// Instead of the filter's, unless empty.
    pub(super) statuses: &'a [String],
    pub(super) purposes: &'a [String],
    pub(super) driver: Driver,
    pub(super) wanted: Wanted,
    /// Created or changed from the first millisecond on and before the second.
    pub(super) window: Option<(Axis, i64, i64)>,
}

/// A column, so written that an index on it may be used or not.
fn column(name: &str, indexed: bool) -> String {
    if indexed { format!("v.{name}") } else { format!("COALESCE(v.{name}, v.{name})") }
}

impl Source<'_> {
    /// The column of the states.
    pub(super) fn status(&self) -> String {
        column("status", self.by_status())
    }

    fn by_status(&self) -> bool {
        matches!(self.driver, Driver::Any | Driver::Status)
    }

    /// From `FROM` to the last condition.
    pub(super) fn push(&self, query: &mut Query) {
        query.push(" FROM verifications v WHERE v.deleted_at IS NULL AND v.organization = ");
        query.bind(self.organization.uuid());
        if self.driver == Driver::Any {
            // True of all: two indexes are for these lists alone.
            query.push(" AND v.version > 0");
        }
        self.push_conditions(query);
    }

    fn push_conditions(&self, query: &mut Query) {
        let (filter, driver) = (self.filter, self.driver);
        let any = driver == Driver::Any;
        let whose = matches!(driver, Driver::Client | Driver::Matter | Driver::User | Driver::People);
        if let Some(kind) = filter.kind {
            query.push(" AND ").push(&column("kind", !whose)).push(" = ").bind(kind.as_str());
        }
        if let Some(dialect) = filter.dialect {
            query.push(" AND v.dialect = ").bind(dialect);
        }
        if let Some(reason) = filter.reason {
            query.push(
                " AND EXISTS (SELECT 1 FROM assessment_reasons r WHERE r.organization = v.organization
                      AND r.verification = v.id AND r.code = ",
            );
            query.bind(reason).push(")");
        }
        let by_status = self.by_status();
        let statuses: Vec<&str> = match self.statuses {
            [] => filter.statuses.iter().map(|status| status.as_str()).collect(),
            statuses => statuses.iter().map(String::as_str).collect(),
        };
        if !statuses.is_empty() {
            query.push(" AND ").push(&column("status", by_status)).push(" IN ").list(statuses);
        }
        let purposes: Vec<&str> = match self.purposes {
            [] => filter.purposes.iter().map(|purpose| purpose.as_str()).collect(),
            purposes => purposes.iter().map(String::as_str).collect(),
        };
        if !purposes.is_empty() {
            query.push(" AND ").push(&column("purpose", by_status)).push(" IN ").list(purposes);
        }
        if !filter.applicants.is_empty() {
            query.push(" AND v.applicant IN ").list(filter.applicants.iter().map(|id| id.uuid()));
        }
        if !filter.identities.is_empty() {
            query.push(" AND v.identity IN ").list(filter.identities.iter().map(|id| id.uuid()));
        }
        if !filter.credentials.is_empty() {
            query.push(" AND v.credential IN ").list(filter.credentials.iter().map(|id| id.uuid()));
        }
        if !filter.user_ids.is_empty() {
            let indexed = any || driver == Driver::User;
            if driver == Driver::User {
                // The index is of those that have one.
                query.push(" AND v.user_id <> ''");
            }
            query.push(" AND ").push(&column("user_id", indexed)).push(" IN ");
            query.list(filter.user_ids.iter().map(String::as_str));
        }
        if let Some(client) = filter.client {
            query
                .push(" AND ")
                .push(&column("client", driver == Driver::Client))
                .push(" = ")
                .bind(client.uuid());
        }
        if let Some(matter) = filter.matter {
            query
                .push(" AND ")
                .push(&column("matter", driver == Driver::Matter))
                .push(" = ")
                .bind(matter.uuid());
        }
        if let Some(verified) = filter.verified {
            query.push(" AND v.verified = ").bind(verified);
        }
        let by_creation = driver != Driver::Axis(Axis::Updated);
        let (mut from, mut until) = (filter.from.map(|at| at.0), filter.until.map(|at| at.0));
        if let Some((Axis::Created, first, after)) = self.window {
            // One bound at each end: of two an index is read from the first that is written.
            from = Some(from.map_or(first, |at| at.max(first)));
            until = Some(until.map_or(after, |at| at.min(after)));
        }
        for (at, sign) in [(from, ">="), (until, "<")] {
            if let Some(at) = at {
                query
                    .push(" AND ")
                    .push(&column("created_at", by_creation))
                    .push(" ")
                    .push(sign)
                    .push(" ")
                    .bind(at);
            }
        }
        if let Some((Axis::Updated, first, after)) = self.window {
            query.push(" AND v.updated_at >= ").bind(first).push(" AND v.updated_at < ").bind(after);
        }
    }

    /// The newest or last changed first, or last.
    pub(super) fn push_order(&self, query: &mut Query, reversed: bool) {
        let axis = match self.wanted {
            Wanted::Rows(axis) => axis,
            Wanted::NumberByStatus | Wanted::Ids => return,
        };
        // Of another index the order is not asked for, or it would be taken for its order's sake.
        let indexed = match self.driver {
            Driver::Any => true,
            Driver::Axis(by) => by == axis,
            Driver::Client | Driver::Matter | Driver::User | Driver::People => axis == Axis::Created,
            Driver::Status => false,
        };
        let column = column(axis.column(), indexed);
        let direction = if reversed { " ASC" } else { " DESC" };
        query.push(" ORDER BY ").push(&column).push(direction).push(", v.id").push(direction);
    }
}

impl Axis {
    pub(super) fn column(self) -> &'static str {
        match self {
            Self::Created => "created_at",
            Self::Updated => "updated_at",
        }
    }
}
