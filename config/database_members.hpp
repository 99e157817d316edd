// The members of a database map as they count: hidden texts found again, placeholders replaced, and the parts
// of a URL as members beside the others. What they mean is load_database's part.
#pragma once

#include <set>

#include "config/database_url.hpp"
#include "config/hidden_texts.hpp"
#include "config/load.hpp"
#include "config/node.hpp"

namespace leasehold::config {

class DatabaseMembers {
public:
    /// Tells what is wrong with placeholders and a URL. `written` must outlive this.
    DatabaseMembers(const Node& written, const HiddenTexts& hidden, const LoadOptions& options);

    /// What could not be read is not in it. Its problems are told by the functions below only.
    const Node& node() const { return *node_; }
    bool has_url() const { return node_->has("url"); }
    /// As the URL names them; without a URL the key host does.
    const std::vector<DatabaseHost>& url_hosts() const { return url_hosts_; }
    /// Is there such a member, with another value than its default?
    bool asks_for(std::string_view key) const;

    /// At the member, or at the URL it comes from; at the map when there is neither.
    void error(std::string_view key, std::string what, std::string allowed = {}, std::string hint = {}) const;
    void warning(std::string_view key, std::string what, std::string hint = {}) const;

private:
    void take_member(const Member& member, const HiddenTexts& hidden, const LoadOptions& options);
    void take_url(const LoadOptions& options);
    void take_query(const UrlQuery& query, const LoadOptions& options);
    void add(std::string_view key, Value::Data data);
    std::string_view told_at(std::string_view key) const;

    const Node& written_;
    Value map_;
    std::optional<Node> node_;  // of map_
    std::vector<DatabaseHost> url_hosts_;
    std::set<std::string, std::less<>> from_url_;
};

}  // namespace leasehold::config
