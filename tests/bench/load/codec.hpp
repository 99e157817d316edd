// The octets of a family: what the engine asks for, and what it is answered. The two implementations are all
// that differs between DHCPv4 and DHCPv6 here.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "tests/bench/load/client.hpp"
#include "tests/bench/load/settings.hpp"

namespace leasehold::bench {

using OctetSpan = std::span<const std::uint8_t>;

enum class Ask : std::uint8_t { discover, request, renew, release };

struct Question {
    Ask ask = Ask::discover;
    ClientNumber client = 0;
    std::uint32_t xid = 0;
    Units units{};           // request, renew, release: those in question
    OctetSpan server{};      // its identifier; of renewals that any server may answer empty
    Nanoseconds elapsed{0};  // since the client began
    bool rapid = false;
    bool through_relay = false;
};

enum class AnswerKind : std::uint8_t {
    offer,
    ack,      // ACK; REPLY that grants
    refusal,  // NAK; no unit, or a status that is none of success
    other,
};

struct Answer {
    AnswerKind kind = AnswerKind::other;
    std::uint32_t xid = 0;
    ClientNumber client = 0;  // what is no client of ours is client_count_max or more
    Units units{};
    std::chrono::seconds valid{0};  // the shortest of the units'
    OctetSpan server{};             // lies in the datagram
};

inline constexpr ClientNumber no_client = 0xffffffff;
/// Room for any question.
inline constexpr std::size_t question_size_max = 1200;

class Codec {
public:
    virtual ~Codec() = default;
    /// @param buffer  question_size_max octets  @return what to send, at its begin
    virtual OctetSpan write(const Question& question, std::span<std::uint8_t> buffer) const = 0;
    /// nullopt: damaged, or no answer at all.
    virtual std::optional<Answer> read(OctetSpan datagram) const = 0;
    /// A REQUEST has the transaction id of the offer it takes (RFC 2131 4.4.1), or one of its own (RFC
    /// 8415 16.1).
    virtual bool request_keeps_xid() const = 0;
    virtual std::uint32_t xid_mask() const = 0;
    /// Is a release answered?
    virtual bool answers_release() const = 0;
};

std::unique_ptr<Codec> make_codec4(const Clients& clients, const Relays& relays);
std::unique_ptr<Codec> make_codec6(const Clients& clients, const Relays& relays);
std::unique_ptr<Codec> make_codec(const Clients& clients, const Relays& relays);

/// The octets of a client's hardware address, as a number below 2^48.
std::uint64_t mac_of(const Clients& clients, ClientNumber client);
void write_mac(std::uint8_t* at, std::uint64_t mac);
std::uint64_t read_mac(const std::uint8_t* at);
/// no_client: of another base address.
ClientNumber client_of(const Clients& clients, std::uint64_t mac);
/// "02:00:5e:00:00:07"
std::string mac_text(std::uint64_t mac);
/// A relay's text with its % replaced. @return how many octets were written, at most `room.size()`
std::size_t write_text(std::span<std::uint8_t> room, const std::string& text, ClientNumber client);
/// Longer texts are refused by the command line.
inline constexpr std::size_t relay_text_size_max = 64;

}  // namespace leasehold::bench
