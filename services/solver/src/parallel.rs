//! Pieces of work on several threads, with answers that do not tell how many there were.

use std::sync::atomic::{AtomicUsize, Ordering};

/// The answers to pieces of work `0..order.len()`, by piece. `order` names each piece once; threads take the next of it as they get
/// free, so the largest come first. A thread makes its own `scratch` and keeps it from piece to piece.
///
/// `work` must answer by the piece alone, whatever is in the scratch.
pub fn each<S, T: Send>(
    order: &[u32],
    threads: usize,
    scratch: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, u32) -> T + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let take = || {
        let mut kept = scratch();
        let mut done = Vec::new();
        while let Some(piece) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            done.push((*piece, work(&mut kept, *piece)));
        }
        done
    };
    let threads = threads.min(order.len());
    let mut done = if threads <= 1 {
        take()
    } else {
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(take)).collect();
            let mut done = take();
            for other in others {
                match other.join() {
                    Ok(more) => done.extend(more),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            done
        })
    };
    done.sort_unstable_by_key(|(piece, _)| *piece);
    done.into_iter().map(|(_, answer)| answer).collect()
}

#[cfg(test)]
mod tests {
    use super::each;

    #[test]
    fn answers_come_by_piece_whatever_the_order_and_the_threads() {
        let order: Vec<u32> = (0..100).rev().collect();
        for threads in [0, 1, 2, 7, 1000] {
            let answers = each(&order, threads, || 0_u32, |_, piece| piece * piece);
            assert_eq!(answers, (0..100).map(|piece| piece * piece).collect::<Vec<_>>());
        }
        assert!(each(&[], 4, || (), |(), _| ()).is_empty());
    }
}
