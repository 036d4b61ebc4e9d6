// Owners of FFmpeg's objects, declared without its headers; only the video files of this room include this.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "surgsigma/base/result.h"

struct AVCodecContext;
struct AVFormatContext;
struct AVFrame;
struct AVPacket;
struct AVStream;
struct SwsContext;

namespace surgsigma::av {

struct Release {
  void operator()(AVCodecContext* codec) const;
  void operator()(AVFormatContext* container) const;  ///< one opened for reading
  void operator()(AVFrame* frame) const;
  void operator()(AVPacket* packet) const;
  void operator()(SwsContext* scaler) const;
};
template <class T>
using Owned = std::unique_ptr<T, Release>;
using FrameRef = Owned<AVFrame>;
using PacketRef = Owned<AVPacket>;

FrameRef new_frame();
PacketRef new_packet();

/// FFmpeg's words for one of its error codes.
std::string words_of(int code);
/// FFmpeg keeps quiet from now on: what matters comes back as an Error.
void keep_quiet();

}  // namespace surgsigma::av
