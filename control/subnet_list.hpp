// The subnets of a configuration in full form, one after the other in order of their ids.
#pragma once

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "config/family.hpp"

namespace leasehold {

class SubnetWalk {
public:
    struct Seen {
        const nlohmann::json* subnet;
        const nlohmann::json* network;  // nullptr: in none

        nlohmann::json network_name() const { return network == nullptr ? nlohmann::json{} : network->at("name"); }
    };

    /// Keeps the configuration alive.
    SubnetWalk(std::shared_ptr<const nlohmann::json> full, Family family) : full_{std::move(full)} {
        const auto& facts = config::facts_of(family);
        const std::string key{facts.subnets};
        const auto take = [&](const nlohmann::json& scope, const nlohmann::json* network) {
            if (const auto subnets = scope.find(key); subnets != scope.end())
                for (const auto& subnet : *subnets) all_.push_back({&subnet, network});
        };
        const auto& map = full_->at(std::string{facts.root});
        take(map, nullptr);
        if (const auto networks = map.find("shared-networks"); networks != map.end())
            for (const auto& network : *networks) take(network, &network);
        std::ranges::sort(all_, {}, [](const Seen& seen) { return seen.subnet->at("id").template get<std::uint32_t>(); });
    }
    /// nullptr: that was the last.
    const Seen* next() { return at_ == all_.size() ? nullptr : &all_[at_++]; }

private:
    std::shared_ptr<const nlohmann::json> full_;
    std::vector<Seen> all_;
    std::size_t at_ = 0;
};

}  // namespace leasehold
