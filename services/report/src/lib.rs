//! Pictures of a round: plain figures in, one page out.
//!
//! The page stands alone: style, drawings and the few lines of script are inside it, it asks no network for anything (its content
//! security policy forbids it), it prints, it reads on a telephone, and without script it only loses that the choice of language is
//! remembered. Both languages are in it, each as an article of its own, because names differ in length and drawings are laid out
//! around names.
//!
//! Divisions have a point and no outline, so the maps are maps of points, over [`Tiles`] on pages whose operator wants that. Where
//! circles would cover each other, an overview draws them as one and a detail map beside it takes them apart.
//!
//! What may be in a picture is decided by its type: [`RoundPicture`] has no field for a beneficiary, for free text or for the place of a
//! need. A need is in a division, and that is all.

mod bars;
mod fairness;
mod figures;
mod flows;
mod gaps;
mod language;
mod links;
mod map;
mod page;
mod picture;
mod proof;
mod reasons;
mod reconcile;
mod split;
mod summary;
mod svg;
mod tables;
mod tiers;
mod tiles;

pub use gaps::{sentence as gap_in_words, up_to as gap_holds_for};
pub use language::Language;
pub use links::{LinkedPlace, linked_map};
pub use page::{CONTENT_SECURITY_POLICY, render};
pub use picture::{
    Amount, Certified, DivisionFigures, DivisionPlace, FairnessFigures, FairnessRow, Flow, GapFigures, LevelFigures,
    LevelKind, OfferFigures, Outcome, ReasonFigures, RoundKind, RoundPicture, SupplyPlace, TierFigures,
};
pub use reconcile::disagreements;
pub use split::{LinkedFigure, SplitPlace, split_map};
pub use tiles::{Tiles, UnusableTiles};
