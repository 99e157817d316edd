// leasehold-bench: load on a DHCP server. The command line becomes settings, the settings a run, the run a
// report.
#include <sys/prctl.h>

#include <csignal>
#include <cstdio>
#include <random>

#include "tests/bench/load/command_line.hpp"
#include "tests/bench/load/engine.hpp"
#include "tests/bench/load/report.hpp"
#include "tests/bench/load/responder.hpp"

namespace leasehold::bench {
namespace {

volatile std::sig_atomic_t asked_to_stop = 0;
bool stopped() {
    return asked_to_stop != 0;
}

int fail(const std::string& why) {
    std::fprintf(stderr, "leasehold-bench: %s\n", why.c_str());
    return static_cast<int>(ExitStatus::usage);
}

void print(const std::string& text) {
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
}

/// What was not given and this machine knows: the interface, and the relay's address.
Result<Settings, SocketError> with_route(Settings settings) {
    if (!settings.sockets.server) return settings;
    if (!settings.sockets.interface.empty() && settings.relays.first) return settings;
    const auto route = route_to(*settings.sockets.server);
    if (!route) return std::unexpected(route.error());
    if (settings.sockets.interface.empty()) settings.sockets.interface = route->interface;
    if (!settings.relays.first) settings.relays.first = route->source;
    return settings;
}

void prepare_leases(Engine& engine, const Settings& settings) {
    if (settings.prepare == 0) return;
    Work work = settings.work;
    work.renewals = work.releases = 0;
    work.retransmit = false;
    const Shape shape{.kind = ShapeKind::closed,
                      .size = 256,
                      .duration = std::chrono::hours{24},
                      .exchange_count_max = settings.prepare};
    const auto outcome = engine.run(shape, work);
    std::fprintf(stderr, "prepared: %llu of %zu clients have a lease\n",
                 static_cast<unsigned long long>(outcome.completed), settings.prepare);
}

int search(Engine& engine, const Settings& settings) {
    Outcome last;
    const auto run = [&](double rate) {
        auto shape = settings.shape;
        shape.rate = rate;
        last = engine.run(shape, settings.work);
        return Trial{.completed = 1 - last.loss(),
                     .offered = last.offered(),
                     .run_delay = last.run_delay(),
                     .wrong = last.is_wrong(),
                     .interrupted = last.interrupted};
    };
    const auto tell = [&](const Step& step) {
        std::fputs(step_text(step).c_str(), settings.json ? stderr : stdout);
        std::fflush(stdout);
    };
    const auto result = search_rate(settings.search, settings.limits, run, tell);
    if (settings.json) {
        print(json(settings, result, last));
    } else {
        if (last.is_wrong()) print(table(settings, last));
        print(table(settings, result));
    }
    return static_cast<int>(exit_status(result));
}

int measure(const Settings& settings) {
    const auto codec = make_codec(settings.clients, settings.relays);
    const bool relayed = settings.relays.first.has_value();
    const bool from_clients =
        settings.work.renew_from != RenewFrom::relay && settings.work.renewals + settings.work.releases > 0;
    auto wire = open_wire(settings.clients.family, settings.sockets, relayed, from_clients);
    if (!wire) return fail(wire.error().detail);
    Engine engine{settings, *codec, **wire, stopped};
    if (!settings.json) print(what_is_done(settings));
    if (!engine.knock(std::chrono::seconds{1}) && !stopped())
        std::fprintf(stderr, "no answer to a first message yet; going on\n");
    prepare_leases(engine, settings);
    if (settings.activity == Activity::search) return search(engine, settings);
    const auto outcome = engine.run(settings.shape, settings.work);
    print(settings.json ? json(settings, outcome) : table(settings, outcome));
    return static_cast<int>(exit_status(settings, outcome));
}

int answer(const Settings& settings) {
    const auto sent = respond(settings, stopped);
    if (!sent) return fail(sent.error().detail);
    print("answered " + std::to_string(*sent) + "\n");
    return 0;
}

int run(const std::vector<std::string>& words) {
    const auto read = read_command_line(words, std::random_device{}());
    if (const auto* printed = std::get_if<Printed>(&read)) {
        if (printed->is_error) return fail(printed->text);
        print(printed->text);
        return 0;
    }
    std::signal(SIGINT, [](int) { asked_to_stop = 1; });
    std::signal(SIGTERM, [](int) { asked_to_stop = 1; });
    prctl(PR_SET_TIMERSLACK, 1000);  // nanoseconds, instead of 50 microseconds
    const auto& settings = std::get<Settings>(read);
    if (settings.activity == Activity::respond) return answer(settings);
    const auto complete = with_route(settings);
    return complete ? measure(*complete) : fail(complete.error().detail);
}

}  // namespace
}  // namespace leasehold::bench

int main(int argc, char** argv) {
    try {
        return leasehold::bench::run({argv + 1, argv + argc});
    } catch (const std::exception& error) {
        return leasehold::bench::fail(error.what());
    }
}
