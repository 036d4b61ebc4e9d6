#include "surgsigma/media/video_av.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/error.h>
#include <libavutil/frame.h>
#include <libavutil/log.h>
#include <libswscale/swscale.h>
}

#include <array>

namespace surgsigma::av {

void Release::operator()(AVCodecContext* codec) const { avcodec_free_context(&codec); }
void Release::operator()(AVFormatContext* container) const { avformat_close_input(&container); }
void Release::operator()(AVFrame* frame) const { av_frame_free(&frame); }
void Release::operator()(AVPacket* packet) const { av_packet_free(&packet); }
void Release::operator()(SwsContext* scaler) const { sws_freeContext(scaler); }

FrameRef new_frame() { return FrameRef(av_frame_alloc()); }
PacketRef new_packet() { return PacketRef(av_packet_alloc()); }

std::string words_of(int code) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> words{};
  av_strerror(code, words.data(), words.size());
  return words.data();
}

void keep_quiet() {
  static const bool is_quiet = [] {
    av_log_set_level(AV_LOG_QUIET);
    return true;
  }();
  static_cast<void>(is_quiet);
}

}  // namespace surgsigma::av
