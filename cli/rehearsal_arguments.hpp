// What `leasehold explain` and `leasehold replay` are told.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "dhcp/address.hpp"

namespace leasehold {

struct ExplainArguments {
    std::string file;                   // the configuration
    std::optional<Family> family = {};  // nullopt: the one that the packet or the file has
    // The packet: words of a client, or one as it was
    std::string mac, client_id, duid;
    std::string capture;    // a pcap file
    std::size_t number = 0; // of the packet in it; 0: the first message of a client
    std::string hex;
    // of a client's words
    std::string message, address, relay, hostname;
    std::vector<std::string> options;  // CODE=TEXT, CODE=0xHEX
    std::vector<std::string> asks;     // codes
    std::string interface;
    std::string leases;  // Kea's lease file; "": the configuration's own store
    bool without_leases = false;
    bool json = false;
};

struct ReplayArguments {
    std::string file, capture;
    std::optional<Family> family = {};
    std::string interface;
    std::string leases;  // Kea's lease file; "": none
    std::vector<std::string> ignored;
    bool all = false;  // messages whose answers are the same are shown, too
    bool json = false;
};

using RehearsalArguments = std::variant<ExplainArguments, ReplayArguments>;

}  // namespace leasehold
