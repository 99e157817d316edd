// Boost.Asio is compiled once, here, so that other files only pay for its declarations.
#include <boost/asio/impl/src.hpp>
