// LEMON's network simplex on a transportation problem, whole or category by category.
//
// lemon FILE THREADS [split] prints one line of JSON: seconds of the network simplex alone (graphs are built before), what was
// reached on each level, and the peak of memory.
//
// Items send all they ask for: to their pools over their arcs at the distance, or to nobody at the price of their tier. Pools take at
// most what they have. Of the ways to write the problem down for NetworkSimplex this one has the fewest nodes and arcs.

#include <lemon/network_simplex.h>
#include <lemon/static_graph.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using Graph = lemon::StaticDigraph;
using Simplex = lemon::NetworkSimplex<Graph, std::int64_t, std::int64_t>;

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "lemon: %s\n", why.c_str());
  std::exit(1);
}

struct Problem {
  std::uint32_t items = 0, pools = 0, arcs = 0, tiers = 0;
  std::int64_t distance_weight = 0;
  std::vector<std::int64_t> quantity, price, capacity;
  std::vector<std::uint32_t> tier, category, pool_category, first, pool, distance;
};

template <typename T>
void read(std::ifstream& file, std::vector<T>& into, std::size_t count) {
  into.resize(count);
  file.read(reinterpret_cast<char*>(into.data()), static_cast<std::streamsize>(count * sizeof(T)));
}

Problem load(const char* name) {
  std::ifstream file(name, std::ios::binary);
  char magic[8] = {};
  std::vector<std::uint32_t> head;
  std::vector<std::int64_t> weight;
  file.read(magic, sizeof magic);
  if (std::memcmp(magic, "WWTRANS1", sizeof magic) != 0) fail("not a transportation problem");
  read(file, head, 4);
  read(file, weight, 1);
  Problem problem;
  problem.items = head[0], problem.pools = head[1], problem.arcs = head[2], problem.tiers = head[3];
  problem.distance_weight = weight[0];
  read(file, problem.quantity, problem.items);
  read(file, problem.price, problem.items);
  read(file, problem.capacity, problem.pools);
  read(file, problem.tier, problem.items);
  read(file, problem.category, problem.items);
  read(file, problem.pool_category, problem.pools);
  read(file, problem.first, problem.items + 1);
  read(file, problem.pool, problem.arcs);
  read(file, problem.distance, problem.arcs);
  if (!file) fail("the file ends early");
  return problem;
}

// Some of the items with their pools, and what they reach once solved.
class Part {
 public:
  Part(const Problem& problem, const std::vector<std::uint32_t>& items) : problem_(problem), items_(items) {
    std::vector<std::int64_t> place(problem.pools, -1);
    std::vector<std::uint32_t> pools;
    std::vector<std::pair<int, int>> arcs;
    std::vector<std::int64_t> costs;
    const int first_pool = static_cast<int>(items.size());
    for (int at = 0; at < first_pool; ++at) {
      const std::uint32_t item = items[at];
      for (std::uint32_t arc = problem.first[item]; arc < problem.first[item + 1]; ++arc) {
        const std::uint32_t pool = problem.pool[arc];
        if (place[pool] < 0) {
          place[pool] = static_cast<std::int64_t>(pools.size());
          pools.push_back(pool);
        }
        arcs.emplace_back(at, first_pool + static_cast<int>(place[pool]) + 1);
        costs.push_back(problem.distance_weight * problem.distance[arc]);
      }
      // To nobody: the first node behind the items.
      arcs.emplace_back(at, first_pool);
      costs.push_back(problem.price[item]);
    }
    const int nodes = first_pool + 1 + static_cast<int>(pools.size());
    graph_ = std::make_unique<Graph>();
    graph_->build(nodes, arcs.begin(), arcs.end());
    cost_ = std::make_unique<Graph::ArcMap<std::int64_t>>(*graph_);
    supply_ = std::make_unique<Graph::NodeMap<std::int64_t>>(*graph_, 0);
    for (int arc = 0; arc < graph_->arcNum(); ++arc) (*cost_)[graph_->arc(arc)] = costs[arc];
    std::int64_t all = 0;
    for (int at = 0; at < first_pool; ++at) {
      (*supply_)[graph_->node(at)] = problem.quantity[items[at]];
      all += problem.quantity[items[at]];
    }
    (*supply_)[graph_->node(first_pool)] = -all;
    for (std::size_t at = 0; at < pools.size(); ++at)
      (*supply_)[graph_->node(first_pool + 1 + static_cast<int>(at))] = -problem.capacity[pools[at]];
    simplex_ = std::make_unique<Simplex>(*graph_);
    simplex_->costMap(*cost_).supplyMap(*supply_).supplyType(Simplex::GEQ);
  }

  std::size_t size() const { return static_cast<std::size_t>(graph_->arcNum()); }

  void solve() {
    if (simplex_->run() != Simplex::OPTIMAL) fail("no optimum was found");
  }

  // Adds units served by tier, then distance.
  void reach(std::vector<std::int64_t>& levels) const {
    int arc = 0;
    for (const std::uint32_t item : items_) {
      for (std::uint32_t of = problem_.first[item]; of < problem_.first[item + 1]; ++of, ++arc) {
        const std::int64_t units = simplex_->flow(graph_->arc(arc));
        levels[problem_.tier[item]] += units;
        levels[problem_.tiers] -= units * problem_.distance[of];
      }
      ++arc;
    }
  }

 private:
  const Problem& problem_;
  std::vector<std::uint32_t> items_;
  std::unique_ptr<Graph> graph_;
  std::unique_ptr<Graph::ArcMap<std::int64_t>> cost_;
  std::unique_ptr<Graph::NodeMap<std::int64_t>> supply_;
  std::unique_ptr<Simplex> simplex_;
};

long peak_kib() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line))
    if (line.rfind("VmHWM:", 0) == 0) return std::atol(line.c_str() + 6);
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) fail("expected FILE THREADS [split]");
  const Problem problem = load(words[1]);
  const unsigned threads = static_cast<unsigned>(std::max(1, std::atoi(words[2])));
  const bool split = count > 3 && std::string(words[3]) == "split";
  std::vector<std::vector<std::uint32_t>> by_category(1);
  for (std::uint32_t item = 0; item < problem.items; ++item) {
    const std::uint32_t category = split ? problem.category[item] : 0;
    if (by_category.size() <= category) by_category.resize(category + 1);
    by_category[category].push_back(item);
  }
  std::vector<std::unique_ptr<Part>> parts;
  for (const auto& items : by_category)
    if (!items.empty()) parts.push_back(std::make_unique<Part>(problem, items));
  // The largest first, so that no thread is left with it at the end.
  std::sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a->size() > b->size(); });
  const auto begin = std::chrono::steady_clock::now();
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t at = next++; at < parts.size(); at = next++) parts[at]->solve();
  };
  std::vector<std::thread> others;
  for (unsigned nth = 1; nth < threads && nth < parts.size(); ++nth) others.emplace_back(work);
  work();
  for (auto& other : others) other.join();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::vector<std::int64_t> levels(problem.tiers + 1, 0);
  for (const auto& part : parts) part->reach(levels);
  std::printf("{\"seconds\": %.6f, \"peak_kib\": %ld, \"levels\": [", seconds, peak_kib());
  for (std::size_t at = 0; at < levels.size(); ++at)
    std::printf("%s%lld", at ? ", " : "", static_cast<long long>(levels[at]));
  std::printf("]}\n");
}
