import type { CatalogueOf } from "../../words/catalogue.ts";
import type { en } from "./en.ts";

/** 简体中文 */
export const zhCN: CatalogueOf<typeof en> = {
  hint: "客户端遇到行为不良的服务器会怎样？服务器只对这一条连接这样做，前提是它以 --faults（或 --demo）启动；其他服务器会拒绝连接。",
  delay: "延迟（毫秒）",
  "delay.hint": "推迟每条消息和每个 pong。",
  fragments: "每条消息的帧数",
  gap: "间隔（毫秒）",
  "fragments.hint": "把每条消息分成 2 到 100 帧发送，帧与帧之间留出间隔。",
  noPong: "不回 pong",
  "noPong.hint": "ping 得不到应答。",
  noCompress: "不压缩",
  "noCompress.hint": "即使浏览器提出且服务器支持。",
  ending: "结束方式",
  "ending.none": "无",
  "ending.close": "关闭",
  "ending.abort": "中断",
  "ending.silence": "沉默",
  "ending.none.hint": "会话照常结束。",
  "ending.close.hint": "以此代码和原因关闭。",
  "ending.abort.hint": "连接断开，没有关闭帧。",
  "ending.silence.hint": "连接保持，但不再有任何内容到来。",
  after: "在几条应答之后",
  "after.hint": "0：登录后立即。",
  code: "关闭代码",
  reason: "原因",
  wrong: "服务器会拒绝这个地址",
  clear: "不请求故障",
  none: "没有请求任何故障。",
  asked: "地址请求：{faults}",
};
