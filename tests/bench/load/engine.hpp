// The clients at work: begins exchanges when the schedule says so, takes each answer to the client it is for,
// asks again or gives up, and judges what the server gives. One thread; nothing is allocated per message.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/load/outcome.hpp"
#include "tests/bench/load/schedule.hpp"
#include "tests/bench/load/timer_wheel.hpp"
#include "tests/bench/load/wire.hpp"

namespace leasehold::bench {

class Engine {
public:
    /// @param stopped  asked in every round: end at once, with what is known
    Engine(const Settings& settings, const Codec& codec, Wire& wire, std::function<bool()> stopped = {});

    /// Asks for an offer that nobody takes, until one comes, `limit` is over: the first packets of a burst
    /// would be lost while machines look for each other's hardware addresses. @return whether it came
    bool knock(Nanoseconds limit);
    /// Clients keep what they hold from one run to the next, and new clients are those that no run had.
    Outcome run(const Shape& shape, const Work& work);
    ~Engine();

private:
    struct Round;  // what belongs to one run

    // Sending (engine.cpp)
    bool begin_exchanges(Instant now);
    bool begin_exchange(Instant due);
    bool begin_with_lease(Ask ask, Instant due);
    bool begin_anew(Instant due);
    void discover(ClientNumber number, Instant due);
    void start_stage(ClientNumber number, Stage stage, Instant asked);
    void post(ClientNumber number);
    void pause(ClientNumber number);
    void arm(ClientNumber number, Nanoseconds delay);
    void flush();
    void time_out(ClientNumber number, std::uint16_t generation);
    void end(ClientNumber number);
    void abandon_all();
    bool ended(Instant now) const;
    void wait(Instant now);
    void tell_progress(Instant now);

    // Receiving (judge.cpp)
    void take(OctetSpan datagram, Nanoseconds waited);
    void take_offer(ClientNumber number, const Answer& answer, Instant at);
    void take_ack(ClientNumber number, const Answer& answer, Instant at);
    void take_refusal(ClientNumber number, Instant at);
    void take_units(ClientNumber number, const Answer& answer);
    void answered(Ask ask, ClientNumber number, Instant at);
    void complete(ClientNumber number, Instant at);
    bool is_as_asked(ClientNumber number, const Answer& answer);
    void claim(ClientNumber number, Instant asked, Instant at, std::chrono::seconds valid);
    void lose_lease(ClientNumber number);
    void find(const std::string& what);
    bool is_enough(const Units& units) const;
    std::string name_of(ClientNumber number) const;
    std::optional<std::uint16_t> server_place(OctetSpan identifier);

    std::uint32_t new_xid();
    std::uint64_t random_bits();
    double random_share();  // 0 to below 1

    const Settings& settings_;
    const Codec& codec_;
    Wire& wire_;
    std::vector<int> descriptors_;
    std::function<bool()> stopped_;

    std::vector<Client> clients_;
    ClientQueue holders_;  // idle, with a lease; the one longest so first
    ClientQueue spare_;    // idle, without one, and had a turn already
    ClientNumber next_new_ = 0;
    Owners owners_;
    std::vector<std::vector<std::uint8_t>> servers_;  // identifiers

    std::vector<std::array<std::uint8_t, question_size_max>> buffers_;
    std::vector<Parcel> parcels_;
    TimerWheel timers_;
    std::size_t under_way_ = 0;
    std::uint64_t random_;
    Instant now_;
    std::unique_ptr<Round> round_;
};

/// What a client in this stage waits for an answer to.
Ask ask_of(Stage stage);

}  // namespace leasehold::bench
