// Which classes a packet is in, in the order in which it gets them (Kea's order). Not here: KNOWN, UNKNOWN
// and the classes of a host, which whoever looks for hosts adds; what a class does to a packet.
#pragma once

#include <span>

#include "dhcp/expression.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold {

// A test that cannot be evaluated counts as false and is logged (CLASS_EVAL_ERROR). Each function
// returns how many there were. A class made from a packet is added if the configuration mentions its name.

/// VENDOR_CLASS_<text>; terminators that some clients send are not part of the text.
void add_vendor_class(OctetView vendor, const ServerConfig& config, ClassSet& classes);
/// The classes whose tests need no host, in their order. The family has added its built-in classes before.
std::size_t classify(const ExpressionSource& source, const ServerConfig& config, ClassSet& classes);
/// After KNOWN or UNKNOWN (and the host's classes) were added: the classes that waited for them. May be
/// called again when more is known: a class that the packet has stays.
std::size_t classify_after_hosts(const ExpressionSource& source, const ServerConfig& config,
                                 ClassSet& classes);
/// evaluate-additional-classes of a pool, subnet or network: each in order; without a test it is simply
/// added. One that is not defined does nothing.
std::size_t classify_additional(const ExpressionSource& source, const ServerConfig& config,
                                std::span<const ClassId> list, ClassSet& classes);

/// Longest name that is made from a packet: of one that is longer no class can be.
inline constexpr std::size_t made_name_size_max = 2048;

}  // namespace leasehold
