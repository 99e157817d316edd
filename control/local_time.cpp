#include "control/local_time.hpp"

#include <array>
#include <ctime>

namespace leasehold {

std::string local_time(std::int64_t seconds) {
    const auto at = static_cast<std::time_t>(seconds);
    std::tm parts{};
    if (localtime_r(&at, &parts) == nullptr) return std::to_string(seconds);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts)};
}

}  // namespace leasehold
