//! Parts of a problem that have nothing to do with each other, and the answer of the whole from the answers of its parts.

use std::ops::Range;

use wishwell_allocation::{Bundle, Contacts, Partners, Plan, Prices, Problem, ProblemParts};

/// The independent components of a problem. Whatever may compete is in one: items and pools joined by arcs and draws, pools under
/// one cap, items of one group, bundle or bound on partners, pools of one partner with bounded contacts.
///
/// Components are ordered by their first item. What no arc reaches is gathered in one component behind all others, if there is any.
///
/// Found by union-find over the pools, caps and groups, in time nearly linear in the arcs.
#[derive(Clone, Debug)]
pub struct Components {
    items: Members,
    pools: Members,
    caps: Members,
    groups: Members,
    bundles: Members,
    partners: Members,
    contacts: Members,
    draws: Members,
    arcs: Vec<u64>,
}

/// Which of one kind are in which component.
#[derive(Clone, Debug)]
struct Members {
    first: Vec<u32>,
    by_component: Vec<u32>,
    /// Place of each within its component.
    place: Vec<u32>,
}

impl Members {
    fn new(components: usize, of: impl Iterator<Item = u32> + Clone) -> Self {
        let mut first = vec![0_u32; components + 1];
        for component in of.clone() {
            first[component as usize + 1] += 1;
        }
        for component in 0..components {
            first[component + 1] += first[component];
        }
        let mut next = first.clone();
        let mut by_component = vec![0; first[components] as usize];
        let mut place = vec![0; by_component.len()];
        for (nth, component) in of.enumerate() {
            let at = &mut next[component as usize];
            by_component[*at as usize] = nth as u32;
            place[nth] = *at - first[component as usize];
            *at += 1;
        }
        Self { first, by_component, place }
    }

    fn of(&self, component: u32) -> &[u32] {
        &self.by_component[self.range(component)]
    }

    fn range(&self, component: u32) -> Range<usize> {
        self.first[component as usize] as usize..self.first[component as usize + 1] as usize
    }

    fn place(&self, nth: u32) -> u32 {
        self.place[nth as usize]
    }
}

/// Sets that are joined; the lowest member stands for a set.
struct Sets(Vec<u32>);

impl Sets {
    fn find(&mut self, of: u32) -> u32 {
        let mut at = of;
        while self.0[at as usize] != at {
            // Path halving.
            let above = self.0[self.0[at as usize] as usize];
            self.0[at as usize] = above;
            at = above;
        }
        at
    }

    fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.find(one), self.find(other));
        self.0[one.max(other) as usize] = one.min(other);
    }
}

/// Where each kind begins among the numbers that are joined.
struct Numbers {
    caps: u32,
    groups: u32,
    items: u32,
}

impl Numbers {
    fn of(parts: &ProblemParts) -> Self {
        let caps = parts.pools.len() as u32;
        let groups = caps + parts.caps.len() as u32;
        Self { caps, groups, items: groups + parts.groups.len() as u32 }
    }
}

impl Components {
    /// The components of a problem.
    #[must_use]
    pub fn of(problem: &Problem) -> Self {
        let parts = problem.parts();
        let numbers = Numbers::of(parts);
        let mut sets = join(problem, &numbers);
        let (of, components) = number(parts, &numbers, &mut sets);
        let item = |item: u32| of[(numbers.items + item) as usize];
        let numbered = |range: Range<u32>| range.map(|nth| of[nth as usize]);
        let items = Members::new(components, numbered(numbers.items..of.len() as u32));
        let bundles = parts.bundles.iter().map(|bundle| item(bundle.items[0]));
        let partners = parts.partners.iter().map(|partners| item(partners.items[0]));
        let draws = parts.draws.iter().map(|(_, pool)| of[*pool as usize]);
        let mut arcs = vec![0_u64; components];
        for nth in 0..parts.items.len() as u32 {
            arcs[item(nth) as usize] += problem.arcs(nth).len() as u64;
        }
        Self {
            pools: Members::new(components, numbered(0..numbers.caps)),
            caps: Members::new(components, numbered(numbers.caps..numbers.groups)),
            groups: Members::new(components, numbered(numbers.groups..numbers.items)),
            bundles: Members::new(components, bundles),
            partners: Members::new(components, partners),
            contacts: Members::new(components, of_contacts(parts, &of).into_iter()),
            draws: Members::new(components, draws),
            items,
            arcs,
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.arcs.len()
    }

    /// Whether there are none: the problem is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.arcs.is_empty()
    }

    /// The components, most arcs first: the order to work on them.
    #[must_use]
    pub fn by_size(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        order.sort_by_key(|component| std::cmp::Reverse(self.arcs[*component as usize]));
        order
    }

    /// Arcs of a component.
    #[must_use]
    pub fn arcs(&self, component: u32) -> u64 {
        self.arcs[component as usize]
    }

    /// Items of a component, ascending.
    #[must_use]
    pub fn items(&self, component: u32) -> &[u32] {
        self.items.of(component)
    }

    /// Pools of a component, ascending.
    #[must_use]
    pub fn pools(&self, component: u32) -> &[u32] {
        self.pools.of(component)
    }

    /// Caps of a component, ascending.
    #[must_use]
    pub fn caps(&self, component: u32) -> &[u32] {
        self.caps.of(component)
    }

    /// Groups of a component, ascending.
    #[must_use]
    pub fn groups(&self, component: u32) -> &[u32] {
        self.groups.of(component)
    }

    /// Bundles of a component, ascending.
    #[must_use]
    pub fn bundles(&self, component: u32) -> &[u32] {
        self.bundles.of(component)
    }

    /// Bounds on partners of a component, ascending.
    #[must_use]
    pub fn partners(&self, component: u32) -> &[u32] {
        self.partners.of(component)
    }

    /// Bounds on contacts of a component, ascending.
    #[must_use]
    pub fn contacts(&self, component: u32) -> &[u32] {
        self.contacts.of(component)
    }

    /// The place of a pool among [`Components::pools`] of its component.
    #[must_use]
    pub fn pool_place(&self, pool: u32) -> u32 {
        self.pools.place(pool)
    }

    /// The parts of one component, with indices of its own: the n-th item, pool, cap, group, bundle and bound there is the n-th of
    /// what this tells of the component. Arcs keep their order, partners their numbers.
    ///
    /// [`Problem::part`] makes a problem of them.
    #[must_use]
    pub fn extract(&self, problem: &Problem, component: u32) -> ProblemParts {
        let parts = problem.parts();
        let arcs = self.arcs[component as usize] as usize;
        let of_items = |items: &[u32]| items.iter().map(|item| self.items.place(*item)).collect::<Vec<u32>>();
        let mut out = ProblemParts {
            levels: parts.levels.clone(),
            first: Vec::with_capacity(self.items(component).len() + 1),
            arc_pool: Vec::with_capacity(arcs),
            arc_distance: Vec::with_capacity(arcs),
            ..ProblemParts::default()
        };
        out.first.push(0);
        // Draws are in the order of their arcs, of a component as of the whole.
        let mut draws = self.draws.of(component).iter().map(|nth| parts.draws[*nth as usize]).peekable();
        for nth in self.items(component) {
            let mut item = parts.items[*nth as usize];
            item.group = item.group.map(|group| self.groups.place(group));
            let range = problem.arcs(*nth);
            while let Some((arc, pool)) = draws.next_if(|(arc, _)| (*arc as usize) < range.end) {
                out.draws.push(((arc as usize - range.start + out.arc_pool.len()) as u32, self.pools.place(pool)));
            }
            out.arc_pool.extend(parts.arc_pool[range.clone()].iter().map(|pool| self.pools.place(*pool)));
            out.arc_distance.extend_from_slice(&parts.arc_distance[range]);
            out.items.push(item);
            out.first.push(out.arc_pool.len() as u32);
        }
        for nth in self.pools(component) {
            let mut pool = parts.pools[*nth as usize].clone();
            pool.cap = pool.cap.map(|cap| self.caps.place(cap));
            out.pools.push(pool);
        }
        for nth in self.caps(component) {
            let mut cap = parts.caps[*nth as usize].clone();
            cap.cap = cap.cap.map(|cap| self.caps.place(cap));
            out.caps.push(cap);
        }
        for nth in self.groups(component) {
            let mut group = parts.groups[*nth as usize];
            group.group = group.group.map(|group| self.groups.place(group));
            out.groups.push(group);
        }
        for nth in self.bundles(component) {
            out.bundles.push(Bundle { items: of_items(&parts.bundles[*nth as usize].items) });
        }
        for nth in self.partners(component) {
            let partners = &parts.partners[*nth as usize];
            out.partners.push(Partners { items: of_items(&partners.items), ..partners.clone() });
        }
        out.contacts = self.contacts(component).iter().map(|nth| parts.contacts[*nth as usize]).collect();
        out
    }

    /// An arc of the whole from an arc of a component whose own numbers of first arcs are these.
    ///
    /// Calls with ascending arcs are cheap: the search begins at `item`, which is left at the arc's item.
    fn arc_of_whole(&self, problem: &Problem, component: u32, first: &[u32], item: &mut usize, arc: u32) -> u32 {
        while first[*item + 1] <= arc {
            *item += 1;
        }
        let of = self.items(component)[*item];
        problem.parts().first[of as usize] + (arc - first[*item])
    }

    /// Puts the plans of all components, in their own indices, together to one of the whole.
    #[must_use]
    pub fn join_plans(&self, problem: &Problem, plans: &[Plan]) -> Plan {
        let mut flows = Vec::with_capacity(plans.iter().map(|plan| plan.flows().len()).sum());
        for (component, plan) in plans.iter().enumerate() {
            let component = component as u32;
            let mut first = vec![0_u32];
            for item in self.items(component) {
                first.push(first[first.len() - 1] + problem.arcs(*item).len() as u32);
            }
            let mut item = 0;
            flows.extend(
                plan.flows()
                    .iter()
                    .map(|(arc, units)| (self.arc_of_whole(problem, component, &first, &mut item, *arc), *units)),
            );
        }
        Plan::new(flows)
    }

    /// Puts the prices of all components, in their own indices, together to those of the whole.
    #[must_use]
    pub fn join_prices(&self, problem: &Problem, prices: &[Prices]) -> Prices {
        let parts = problem.parts();
        let mut whole = Prices {
            pools: vec![0; parts.pools.len()],
            caps: vec![0; parts.caps.len()],
            groups: vec![0; parts.groups.len()],
        };
        for (component, prices) in prices.iter().enumerate() {
            let component = component as u32;
            for (to, members, from) in [
                (&mut whole.pools, self.pools(component), &prices.pools),
                (&mut whole.caps, self.caps(component), &prices.caps),
                (&mut whole.groups, self.groups(component), &prices.groups),
            ] {
                for (nth, price) in members.iter().zip(from) {
                    to[*nth as usize] = *price;
                }
            }
        }
        whole
    }
}

/// Joins all that may compete.
fn join(problem: &Problem, numbers: &Numbers) -> Sets {
    let parts = problem.parts();
    let mut sets = Sets((0..numbers.items + parts.items.len() as u32).collect());
    for (nth, item) in parts.items.iter().enumerate() {
        let pools = &parts.arc_pool[problem.arcs(nth as u32)];
        // Among the pools alone first: they are few, and stay in the cache.
        if let Some(pool) = pools.first() {
            let mut all = sets.find(*pool);
            for other in &pools[1..] {
                // Most are joined already.
                if sets.0[*other as usize] == all {
                    continue;
                }
                let other = sets.find(*other);
                sets.0[all.max(other) as usize] = all.min(other);
                all = all.min(other);
            }
            sets.0[numbers.items as usize + nth] = all;
        }
        if let Some(group) = item.group {
            sets.join(numbers.items + nth as u32, numbers.groups + group);
        }
    }
    for (arc, pool) in &parts.draws {
        sets.join(*pool, parts.arc_pool[*arc as usize]);
    }
    let of_partners: Vec<u32> = contact_partners(parts);
    let mut of_partner: Vec<Option<u32>> = vec![None; of_partners.len()];
    for (nth, pool) in parts.pools.iter().enumerate() {
        if let Some(cap) = pool.cap {
            sets.join(nth as u32, numbers.caps + cap);
        }
        if let Ok(at) = of_partners.binary_search(&pool.partner) {
            sets.join(*of_partner[at].get_or_insert(nth as u32), nth as u32);
        }
    }
    for (nth, cap) in parts.caps.iter().enumerate() {
        if let Some(above) = cap.cap {
            sets.join(numbers.caps + nth as u32, numbers.caps + above);
        }
    }
    for (nth, group) in parts.groups.iter().enumerate() {
        if let Some(above) = group.group {
            sets.join(numbers.groups + nth as u32, numbers.groups + above);
        }
    }
    for items in parts.bundles.iter().map(|bundle| &bundle.items).chain(parts.partners.iter().map(|of| &of.items)) {
        for item in &items[1..] {
            sets.join(numbers.items + items[0], numbers.items + item);
        }
    }
    sets
}

/// The component of each that was joined, and how many components there are.
fn number(parts: &ProblemParts, numbers: &Numbers, sets: &mut Sets) -> (Vec<u32>, usize) {
    const NONE: u32 = u32::MAX;
    let count = sets.0.len();
    let mut of_root = vec![NONE; count];
    let mut components = 0_u32;
    for nth in 0..parts.items.len() {
        if parts.first[nth] < parts.first[nth + 1] {
            let root = sets.find(numbers.items + nth as u32) as usize;
            if of_root[root] == NONE {
                of_root[root] = components;
                components += 1;
            }
        }
    }
    // A bound on contacts of nobody has to be somewhere, too.
    let mut idle = components == 0 && !parts.contacts.is_empty();
    let of = (0..count as u32)
        .map(|nth| match of_root[sets.find(nth) as usize] {
            NONE => {
                idle = true;
                components
            }
            component => component,
        })
        .collect();
    (of, components as usize + usize::from(idle))
}

/// The partners whose contacts are bounded, ascending, each once.
fn contact_partners(parts: &ProblemParts) -> Vec<u32> {
    let mut partners: Vec<u32> = parts.contacts.iter().map(|contacts| contacts.partner).collect();
    partners.sort_unstable();
    partners.dedup();
    partners
}

/// The component of each bound on contacts; the first one where the partner has no pool, which binds nothing.
fn of_contacts(parts: &ProblemParts, of: &[u32]) -> Vec<u32> {
    let partners = contact_partners(parts);
    let mut components = vec![0_u32; partners.len()];
    for (nth, pool) in parts.pools.iter().enumerate() {
        if let Ok(at) = partners.binary_search(&pool.partner) {
            components[at] = of[nth];
        }
    }
    let component = |contacts: &Contacts| partners.binary_search(&contacts.partner).map_or(0, |at| components[at]);
    parts.contacts.iter().map(component).collect()
}
