// PHOLD on ns-3's bare scheduler: Simulator::Schedule and Run, no nodes, no packets, no network.
//
// The same work as phold.cpp, with its generator in place of ns-3's random variables, which cost more.
// The scheduler is ns-3's default, ns3::MapScheduler (std::map), unless --scheduler names another.
//
//   g++ -O2 -std=c++17 phold-ns3.cc -lns3-core -o phold-ns3
//   ./phold-ns3 --nodes 10000 --deliveries 5000000 --scheduler ns3::PriorityQueueScheduler

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "ns3/core-module.h"

namespace {

constexpr uint64_t kLatencyMinMicros = 10'000;
constexpr uint64_t kLatencyMaxMicros = 100'000;
constexpr uint64_t kSeed = 88'172'645'463'325'252ULL;

uint64_t state = kSeed;
uint64_t nodes = 0;
uint64_t left = 0;
uint64_t checksum = 0;

uint64_t Next() {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return state * 2'685'821'657'736'338'717ULL;
}

uint64_t Below(uint64_t bound) {
  return static_cast<uint64_t>((static_cast<unsigned __int128>(Next()) * bound) >> 64);
}

ns3::Time Latency() {
  return ns3::MicroSeconds(kLatencyMinMicros + Below(kLatencyMaxMicros - kLatencyMinMicros + 1));
}

void Send();

void Deliver(uint32_t target) {
  checksum = checksum * 31 + target;
  if (--left == 0) {
    ns3::Simulator::Stop();
    return;
  }
  Send();
}

// Draws the latency first, as phold.cpp does: the order of a call's arguments is up to the compiler.
void Send() {
  const ns3::Time latency = Latency();
  ns3::Simulator::Schedule(latency, &Deliver, static_cast<uint32_t>(Below(nodes)));
}

const char* Text(int count, char** words, const char* name, const char* otherwise) {
  for (int i = 1; i + 1 < count; i++) {
    if (std::strcmp(words[i], name) == 0) return words[i + 1];
  }
  return otherwise;
}

uint64_t Option(int count, char** words, const char* name) {
  const char* text = Text(count, words, name, nullptr);
  if (text != nullptr) return std::strtoull(text, nullptr, 10);
  std::fprintf(stderr, "missing %s\n", name);
  std::exit(2);
}

}  // namespace

int main(int count, char** words) {
  nodes = Option(count, words, "--nodes");
  const uint64_t deliveries = Option(count, words, "--deliveries");
  left = deliveries;

  ns3::ObjectFactory scheduler;
  scheduler.SetTypeId(Text(count, words, "--scheduler", "ns3::MapScheduler"));
  ns3::Simulator::SetScheduler(scheduler);

  for (uint64_t node = 0; node < nodes; node++) {
    Send();
  }
  const auto begin = std::chrono::steady_clock::now();
  ns3::Simulator::Run();
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;

  std::printf("{\"nodes\":%llu,\"deliveries\":%llu,\"seconds\":%.6f,\"digest\":\"%llx\"}\n",
              static_cast<unsigned long long>(nodes), static_cast<unsigned long long>(deliveries),
              elapsed.count(), static_cast<unsigned long long>(checksum));
  ns3::Simulator::Destroy();
  return 0;
}
