// PHOLD on std::priority_queue alone: what the event queue of a simulator does without a simulator.
//
// N nodes hold one message each. A delivery takes the earliest event and schedules one to a random
// node, 10 to 100 ms later, in whole microseconds. No records, no messages, no handlers. Events of the
// same microsecond run in the order in which they were scheduled, as in every simulator it is compared
// with: without a total order no run can be repeated. (Leaving ties to the heap makes it two to three
// times as fast at a million nodes, where eleven events share a microsecond.)
//
// Chance is xorshift64* (Vigna 2016), seeded by a constant.
//
//   g++ -O2 -std=c++17 phold.cpp -o phold && ./phold --nodes 10000 --deliveries 5000000

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <queue>
#include <vector>

namespace {

constexpr uint64_t kLatencyMinMicros = 10'000;
constexpr uint64_t kLatencyMaxMicros = 100'000;
constexpr uint64_t kSeed = 88'172'645'463'325'252ULL;

struct Event {
  uint64_t time_micros;
  // Wraps after 2^32 events, far beyond what a benchmark delivers.
  uint32_t sequence;
  uint32_t target;
};

struct Later {
  bool operator()(const Event& a, const Event& b) const {
    return a.time_micros != b.time_micros ? a.time_micros > b.time_micros : a.sequence > b.sequence;
  }
};

uint64_t state = kSeed;

uint64_t Next() {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return state * 2'685'821'657'736'338'717ULL;
}

// A whole number below the bound, by a product's high half (Lemire 2019, without rejection).
uint64_t Below(uint64_t bound) {
  return static_cast<uint64_t>((static_cast<unsigned __int128>(Next()) * bound) >> 64);
}

uint64_t Latency() { return kLatencyMinMicros + Below(kLatencyMaxMicros - kLatencyMinMicros + 1); }

uint64_t Option(int count, char** words, const char* name) {
  for (int i = 1; i + 1 < count; i++) {
    if (std::strcmp(words[i], name) == 0) return std::strtoull(words[i + 1], nullptr, 10);
  }
  std::fprintf(stderr, "missing %s\n", name);
  std::exit(2);
}

}  // namespace

int main(int count, char** words) {
  const uint64_t nodes = Option(count, words, "--nodes");
  const uint64_t deliveries = Option(count, words, "--deliveries");

  uint32_t sequence = 0;
  std::vector<Event> storage;
  storage.reserve(nodes + 1);
  std::priority_queue<Event, std::vector<Event>, Later> queue(Later{}, std::move(storage));
  for (uint64_t node = 0; node < nodes; node++) {
    queue.push({Latency(), sequence++, static_cast<uint32_t>(Below(nodes))});
  }

  // Order-sensitive: equal to that of phold-ns3.cc, which shows that both do the same work.
  uint64_t checksum = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (uint64_t i = 0; i < deliveries; i++) {
    const Event event = queue.top();
    queue.pop();
    checksum = checksum * 31 + event.target;
    const uint64_t time_micros = event.time_micros + Latency();
    queue.push({time_micros, sequence++, static_cast<uint32_t>(Below(nodes))});
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;

  std::printf("{\"nodes\":%llu,\"deliveries\":%llu,\"seconds\":%.6f,\"digest\":\"%llx\"}\n",
              static_cast<unsigned long long>(nodes), static_cast<unsigned long long>(deliveries),
              elapsed.count(), static_cast<unsigned long long>(checksum));
  return 0;
}
