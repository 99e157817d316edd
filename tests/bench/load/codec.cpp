// What both families' messages need of clients: hardware addresses, and texts with a number in them.
#include "tests/bench/load/codec.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace leasehold::bench {

std::uint64_t mac_of(const Clients& clients, ClientNumber client) {
    return (clients.base_mac + client) & 0xffffffffffff;
}

void write_mac(std::uint8_t* at, std::uint64_t mac) {
    for (int i = 5; i >= 0; --i, mac >>= 8) at[i] = static_cast<std::uint8_t>(mac);
}

std::uint64_t read_mac(const std::uint8_t* at) {
    std::uint64_t mac = 0;
    for (int i = 0; i < 6; ++i) mac = mac << 8 | at[i];
    return mac;
}

ClientNumber client_of(const Clients& clients, std::uint64_t mac) {
    const auto number = (mac - clients.base_mac) & 0xffffffffffff;
    return number < clients.count ? static_cast<ClientNumber>(number) : no_client;
}

std::string mac_text(std::uint64_t mac) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<std::uint8_t, 6> octets;
    write_mac(octets.data(), mac);
    std::string text;
    for (const auto octet : octets) {
        if (!text.empty()) text += ':';
        text += digits[octet >> 4];
        text += digits[octet & 15];
    }
    return text;
}

std::size_t write_text(std::span<std::uint8_t> room, const std::string& text, ClientNumber client) {
    std::array<char, 10> number;
    const auto* const end = std::to_chars(number.data(), number.data() + number.size(), client).ptr;
    std::size_t used = 0;
    const auto put = [&](char c) {
        if (used < room.size()) room[used++] = static_cast<std::uint8_t>(c);
    };
    for (const char c : text) {
        if (c == '%')
            std::for_each(static_cast<const char*>(number.data()), end, put);
        else
            put(c);
    }
    return used;
}

std::unique_ptr<Codec> make_codec(const Clients& clients, const Relays& relays) {
    return clients.family == Family::v4 ? make_codec4(clients, relays) : make_codec6(clients, relays);
}

}  // namespace leasehold::bench
