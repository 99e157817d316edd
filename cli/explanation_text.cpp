// An explanation as text: a line or a block for each question that a person has, in the order in which a server comes to
// them.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/plain_text.hpp"
#include "cli/rehearsal_tools.hpp"

namespace leasehold {
namespace {

using nlohmann::json;

constexpr std::size_t label_width = 13;

std::string word(const json& of, const char* name) {
    const auto found = of.find(name);
    if (found == of.end() || found->is_null()) return {};
    return found->is_string() ? plain_text(found->get_ref<const std::string&>()) : found->dump();
}

std::string joined(const json& list) {
    std::string text;
    for (const auto& one : list) text += (text.empty() ? "" : ", ") + plain_text(one.get<std::string>());
    return text;
}

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(width, text.size()), ' ');
    return text;
}

class Text {
public:
    explicit Text(const json& said) : said_{said} {}

    std::string write() {
        packet();
        interface();
        tests();
        subnet();
        reservation();
        answer();
        leases();
        options();
        stores();
        return out_.str();
    }

private:
    void line(const std::string& label, const std::string& text) { out_ << padded(label, label_width) << text << "\n"; }
    void more(const std::string& text) { line("", text); }

    void packet() {
        const auto& of = said_.at("packet");
        line("packet", word(said_, "family") + " " + word(of, "message") + ", " + word(of, "octets") + " octets from " +
                           word(of, "source") + " to " + word(of, "destination"));
        for (const char* name : {"hw-address", "client-id", "duid", "relay"})
            if (const auto value = word(of, name); !value.empty()) more(std::string{name} + " " + value);
    }

    void interface() {
        const auto& of = said_.at("interface");
        auto text = word(of, "name");
        if (text.empty()) text = "any";
        if (const auto address = word(of, "address"); !address.empty()) text += ", " + address;
        if (of.value("assumed", false)) text += " (assumed: this machine has no such interface with an address)";
        line("interface", text);
        if (const auto from = said_.find("leases-from"); from != said_.end())
            line("leases", word(*from, "source").empty() ? "none"
                                                         : word(*from, "count") + " of " + word(*from, "source"));
    }

    void tests() {
        const auto classes = joined(said_.at("classes"));
        line("classes", classes.empty() ? "none" : classes);
        for (const auto& test : said_.at("tests")) {
            const auto error = word(test, "error");
            const bool is_template = test.contains("template-test");
            out_ << "  " << padded(word(test, "class"), label_width - 3) << " "
                 << (!error.empty() ? "cannot be evaluated, so false" : is_template ? word(test, "gave") : word(test, "value"))
                 << ": " << word(test, is_template ? "template-test" : "test") << "\n";
            if (!error.empty()) more("  " + error);
            for (const auto& read : test.at("read")) more("  " + word(read, "what") + " is " + word(read, "value"));
        }
    }

    void subnet() {
        const auto& of = said_.at("subnet");
        if (of.is_null()) return line("subnet", "not looked for");
        auto by = "by " + word(of, "by");
        if (const auto what = word(of, "looked-up"); !what.empty()) by += ": " + what;
        if (word(of, "id").empty()) {
            line("subnet", "none fits, " + by);
        } else {
            const auto network = word(of, "shared-network");
            line("subnet", word(of, "id") + ", " + word(of, "subnet") +
                               (network.empty() ? "" : ", of the shared network " + network) + ", " + by);
        }
        if (const auto others = of.find("passed-over"); others != of.end())
            for (const auto& other : *others)
                more("passed over: " + word(other, "id") + ", " + word(other, "subnet") + ", which is for " +
                     word(other, "only-for"));
    }

    void reservation() {
        const auto& of = said_.at("reservation");
        if (of.is_null()) return line("reservation", "none is looked for");
        std::string tried;
        for (const auto& one : of.at("looked-up"))
            tried += (tried.empty() ? "" : ", ") + word(one, "type") + " " + word(one, "identifier");
        if (!of.at("found").get<bool>()) return line("reservation", "none for " + tried);
        line("reservation", "by " + word(of, "by") + " " + word(of, "identifier") + ", " +
                                (word(of, "scope") == "global" ? "global" : "of " + word(of, "scope")));
        if (!of.at("keeps").empty()) more("keeps " + joined(of.at("keeps")));
        if (const auto name = word(of, "hostname"); !name.empty()) more("hostname " + name);
        if (of.contains("classes")) more("classes " + joined(of.at("classes")));
    }

    void answer() {
        if (const auto none = said_.find("no-answer"); none != said_.end()) {
            const auto reason = word(*none, "reason"), detail = word(*none, "detail");
            line("no answer", detail.starts_with(reason) ? detail : reason + ": " + detail);
            if (const auto hint = word(*none, "hint"); !hint.empty()) more(hint);
            if (none->contains("pools")) pools(none->at("pools"));
            conflicts(*none);
            return;
        }
        const auto& of = said_.at("answer");
        if (of.at("message").is_null()) return line("answer", "none is due");
        line("answer", word(of, "message") + ", " + word(of, "octets") + " octets to " + word(of, "to"));
        if (const auto why = word(of, "refusal"); !why.empty()) more("because " + why);
        if (of.contains("status")) status(of.at("status"));
        for (const char* name : {"next-server", "server-hostname", "boot-file-name"})
            if (const auto value = word(of, name); !value.empty()) more(std::string{name} + " " + value);
        conflicts(of);
    }

    void status(const json& of) { more("status " + word(of, "code") + ": " + word(of, "text")); }

    void conflicts(const json& of) {
        if (of.contains("reserved-but-taken"))
            more("reserved for it, and somebody else has it: " + joined(of.at("reserved-but-taken")));
    }

    void pools(const json& list) {
        if (list.empty()) more("there is no pool of the kind");
        for (const auto& pool : list) {
            const auto closed = word(pool, "closed");
            more("pool " + word(pool, "pool") + " of subnet " + word(pool, "subnet") + ": " +
                 (closed.empty() ? "open" : closed) + "; of " + word(pool, "units") + ", " + word(pool, "taken") +
                 " taken, " + word(pool, "offered") + " offered, " + word(pool, "kept") + " kept for hosts");
        }
    }

    void lease(const json& of) {
        auto text = word(of, "address");
        if (const auto why = word(of, "why"); !why.empty()) text += ": " + why;
        const auto pool = word(of, "pool");
        if (!pool.empty()) text += text.ends_with("pool") ? " " + pool : ", in the pool " + pool;
        line(text.contains('/') && !word(of, "preferred-lifetime").empty() ? "prefix" : "address", text);
        if (of.contains("subnet")) more("in subnet " + word(of.at("subnet"), "id") + ", " + word(of.at("subnet"), "subnet"));
        std::string lifetime = word(of, "valid-lifetime") == "4294967295" ? "for ever" : word(of, "valid-lifetime") + " s";
        if (const auto preferred = word(of, "preferred-lifetime"); !preferred.empty())
            lifetime = preferred + " s preferred, " + lifetime + " valid";
        if (const auto from = word(of, "valid-lifetime-from"); !from.empty()) lifetime += ", of " + from;
        line("lifetime", lifetime);
    }

    void leases() {
        const auto found = said_.find("leases");
        if (found == said_.end()) return;
        for (const auto& one : *found) {
            if (!one.contains("iaid")) {
                lease(one);
                continue;
            }
            std::string text = word(one, "kind") + " " + word(one, "iaid");
            if (one.contains("t1")) text += ", T1 " + word(one, "t1") + " s, T2 " + word(one, "t2") + " s";
            line("IA", text);
            if (one.contains("status")) status(one.at("status"));
            for (const auto& given : one.at("leases")) lease(given);
            if (one.contains("pools")) pools(one.at("pools"));
        }
    }

    void options() {
        const auto found = said_.find("options");
        if (found == said_.end()) return;
        std::size_t name_width = 4, from_width = 4;
        for (const auto& option : *found) {
            name_width = std::max(name_width, word(option, "name").size());
            from_width = std::max(from_width, word(option, "from").size());
        }
        out_ << "options\n";
        const auto row = [&](const std::string& code, const std::string& name, const std::string& from,
                             const std::string& value) {
            out_ << "  " << padded(code, 6) << padded(name, name_width + 2) << padded(from, from_width + 2) << value
                 << "\n";
        };
        row("CODE", "NAME", "FROM", "VALUE");
        for (const auto& option : *found)
            row(word(option, "code"), word(option, "name"), word(option, "from"), word(option, "data"));
        const auto unsent = said_.find("options-not-sent");
        if (unsent == said_.end() || unsent->empty()) return;
        out_ << "not sent\n";
        for (const auto& option : *unsent)
            out_ << "  " << padded(word(option, "code"), 6) << padded(word(option, "name"), name_width + 2)
                 << padded(word(option, "from"), from_width + 2) << word(option, "why") << "\n";
    }

    void stores() {
        const auto& list = said_.at("stores");
        const auto answer = said_.contains("answer") ? word(said_.at("answer"), "message") : std::string{};
        const bool offers = answer == "DHCPOFFER" || answer == "ADVERTISE";
        if (list.empty()) return line("would store", offers ? "nothing: what is offered is only held for some seconds" : "nothing");
        for (const auto& change : list)
            line("would store", word(change, "address") + ", " + word(change, "state") + " (" + word(change, "cause") + ")" +
                                    (word(change, "hostname").empty() ? "" : ", hostname " + word(change, "hostname")));
    }

    const json& said_;
    std::ostringstream out_;
};

}  // namespace

std::string explanation_text(const json& explanation) {
    return Text{explanation}.write();
}

}  // namespace leasehold
