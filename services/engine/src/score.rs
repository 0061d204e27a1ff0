//! The score: a sum of integer terms, every one of them in the answer.

/// Score and terms are in millionths of the best possible score.
pub type Millionths = u32;

/// Number of score terms.
pub const SCORE_TERMS: usize = 8;

/// The terms of the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ScoreTerm {
    /// How near it is.
    Distance,
    /// Whether capacity is known, and how much of it is left.
    SpareCapacity,
    /// How lately somebody said that the capacity figure is true.
    CapacityFreshness,
    /// Whether eligibility is certain.
    EligibilityCertainty,
    /// How exactly the category is the one asked for.
    CategoryExactness,
    /// For how referrals to it went. Not judged yet: the same for all.
    TrackRecord,
    /// For how often it was asked lately. Not judged yet: the same for all.
    RecentContact,
    /// What others would lose by its use, beside what the need counts: by the prices of the last round, where they are looked at.
    Scarcity,
}

impl ScoreTerm {
    /// Every term, in the order of [`Terms`].
    pub const ALL: [Self; SCORE_TERMS] = [
        Self::Distance,
        Self::SpareCapacity,
        Self::CapacityFreshness,
        Self::EligibilityCertainty,
        Self::CategoryExactness,
        Self::TrackRecord,
        Self::RecentContact,
        Self::Scarcity,
    ];
}

/// The value of each term, in [`ScoreTerm::ALL`]'s order. Their sum is the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Terms(pub [Millionths; SCORE_TERMS]);

impl Terms {
    /// The sum of all terms.
    #[must_use]
    pub fn sum(&self) -> Millionths {
        self.0.iter().sum()
    }

    /// One term.
    #[must_use]
    pub const fn get(&self, term: ScoreTerm) -> Millionths {
        self.0[term as usize]
    }

    /// Each term with its value.
    pub fn iter(&self) -> impl Iterator<Item = (ScoreTerm, Millionths)> {
        ScoreTerm::ALL.into_iter().zip(self.0)
    }
}

/// The weights of the score's terms, in millionths. They add up to 1,000,000.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoringRules {
    /// Version of these rules, part of every answer.
    pub version: u32,
    /// Distance term at no distance.
    pub distance: Millionths,
    /// Distance at which the distance term is half, in metres.
    pub distance_half_metres: u32,
    /// Distance assumed where either side has no place, in metres.
    pub distance_assumed_metres: u32,
    /// Spare-capacity term of a known capacity that is just enough; an unknown one has 0.
    pub capacity_known: Millionths,
    /// Added to it when all of a pool is left, in proportion otherwise.
    pub capacity_spare: Millionths,
    /// Freshness term of a figure confirmed just now.
    pub capacity_freshness: Millionths,
    /// Age at which a figure is not fresh at all, in hours; in proportion before.
    pub capacity_stale_hours: u32,
    /// Certainty term when eligibility is certain; an unknown one has 0.
    pub eligibility_certain: Millionths,
    /// Exactness term in the very category asked for.
    pub category_exact: Millionths,
    /// Taken off it for each level below.
    pub category_per_level: Millionths,
    /// Track record, the same for all.
    pub track_record_neutral: Millionths,
    /// Recent contact, the same for all.
    pub recent_contact_neutral: Millionths,
    /// Scarcity, the same for all where prices are not looked at.
    pub scarcity_neutral: Millionths,
    /// Added to it for what nobody lacks, less the more others would lose; 0 where prices are not looked at.
    pub scarcity: Millionths,
}

impl Default for ScoringRules {
    fn default() -> Self {
        Self {
            version: 1,
            distance: 220_000,
            distance_half_metres: 2_000,
            distance_assumed_metres: 10_000,
            capacity_known: 340_000,
            capacity_spare: 6_000,
            capacity_freshness: 4_000,
            capacity_stale_hours: 24 * 90,
            eligibility_certain: 340_000,
            category_exact: 30_000,
            category_per_level: 5_000,
            track_record_neutral: 20_000,
            recent_contact_neutral: 20_000,
            scarcity_neutral: 20_000,
            scarcity: 0,
        }
    }
}

impl ScoringRules {
    /// The usual rules, but looking ahead: what others would lose by a resource's use, by the prices of the last round, weighs as much
    /// as distance.
    #[must_use]
    pub fn looking_ahead() -> Self {
        Self { version: 2, distance: 120_000, scarcity_neutral: 0, scarcity: 120_000, ..Self::default() }
    }

    /// The rules of a version; none that this engine does not have.
    #[must_use]
    pub fn of_version(version: u32) -> Option<Self> {
        [Self::default(), Self::looking_ahead()].into_iter().find(|rules| rules.version == version)
    }

    /// What is added to the neutral scarcity term where others would lose `price` by a use that counts `worth`: all of the weight
    /// where they lose nothing, nothing of it where they lose as much as is gained, in proportion between.
    #[must_use]
    pub fn scarcity_spared(&self, price: Millionths, worth: Millionths) -> Millionths {
        let worth = worth.max(1);
        (u64::from(self.scarcity) * u64::from(worth.saturating_sub(price)) / u64::from(worth)) as Millionths
    }

    /// Distance term: half of the weight at `distance_half_metres`, falling with every metre until the integer steps swallow it.
    #[must_use]
    #[inline]
    pub fn distance_term(&self, metres: u32) -> Millionths {
        let half = u64::from(self.distance_half_metres.max(1));
        // At most the weight, which is 32 bits wide.
        (u64::from(self.distance) * half / (half + u64::from(metres))) as Millionths
    }

    /// Distance term where either side has no place.
    #[must_use]
    pub fn distance_term_assumed(&self) -> Millionths {
        self.distance_term(self.distance_assumed_metres)
    }

    /// Spare-capacity term of a known capacity of which `remaining` of `total` is left.
    #[must_use]
    pub fn capacity_term(&self, remaining: i64, total: i64) -> Millionths {
        let (remaining, total) = (remaining.max(0).unsigned_abs(), total.max(1).unsigned_abs());
        let remaining = remaining.min(total);
        let weight = self.capacity_spare;
        let spare = match u64::from(weight).checked_mul(remaining) {
            Some(product) => product / total,
            None => u64::try_from(u128::from(weight) * u128::from(remaining) / u128::from(total)).unwrap_or(u64::MAX),
        };
        self.capacity_known + u32::try_from(spare).unwrap_or(weight)
    }

    /// Freshness term of a figure confirmed so many whole hours ago.
    #[must_use]
    pub fn freshness_term(&self, age_hours: u32) -> Millionths {
        let stale = self.capacity_stale_hours.max(1);
        let left = u64::from(stale.saturating_sub(age_hours));
        (u64::from(self.capacity_freshness) * left / u64::from(stale)) as Millionths
    }

    /// Exactness term so many levels below the asked category.
    #[must_use]
    pub const fn exactness_term(&self, levels_below: u8) -> Millionths {
        self.category_exact.saturating_sub(self.category_per_level.saturating_mul(levels_below as u32))
    }

    /// The terms that are the same for all.
    #[must_use]
    pub const fn neutral(&self) -> Millionths {
        self.track_record_neutral + self.recent_contact_neutral + self.scarcity_neutral
    }
}
