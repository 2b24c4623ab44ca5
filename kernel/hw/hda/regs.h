/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * regs.h - registers and verbs of Intel HD Audio, by their names in the specification.
 * Offsets are of BAR 0; SD_* are of one stream descriptor.
 */
#ifndef WRT_HW_HDA_REGS_H
#define WRT_HW_HDA_REGS_H

/* ---- the controller -------------------------------------------------------------- */

#define HDA_GCAP		0x00	/* 16 */
#define HDA_GCAP_64OK		0x0001u
#define HDA_GCAP_ISS(v)		((v) >> 8 & 15)
#define HDA_GCAP_OSS(v)		((v) >> 12 & 15)
#define HDA_GCAP_BSS(v)		((v) >> 3 & 31)
#define HDA_GCTL		0x08	/* 32 */
#define HDA_GCTL_CRST		0x0001u
#define HDA_GCTL_UNSOL		0x0100u
#define HDA_WAKEEN		0x0c	/* 16 */
#define HDA_STATESTS		0x0e	/* 16, write 1 to clear */
#define HDA_STATESTS_ALL	0x7fffu
#define HDA_LLCH		0x14	/* 16: offset of the first capability */
#define HDA_INTCTL		0x20	/* 32 */
#define HDA_INTCTL_GIE		0x80000000u
#define HDA_INTSTS		0x24	/* 32 */
#define HDA_WALCLK		0x30	/* 32, read only */
#define HDA_WALCLK_HZ		24000000u
#define HDA_CORBLBASE		0x40	/* 32 */
#define HDA_CORBUBASE		0x44	/* 32 */
#define HDA_CORBWP		0x48	/* 16 */
#define HDA_CORBRP		0x4a	/* 16 */
#define HDA_CORBCTL		0x4c	/* 8 */
#define HDA_CORBCTL_RUN		0x02u
#define HDA_CORBSIZE		0x4e	/* 8 */
#define HDA_RIRBLBASE		0x50	/* 32 */
#define HDA_RIRBUBASE		0x54	/* 32 */
#define HDA_RIRBWP		0x58	/* 16 */
#define HDA_RINTCNT		0x5a	/* 16 */
#define HDA_RIRBCTL		0x5c	/* 8 */
#define HDA_RIRBCTL_IRQ		0x01u
#define HDA_RIRBCTL_RUN		0x02u
#define HDA_RIRBSTS		0x5d	/* 8, write 1 to clear */
#define HDA_RIRBSTS_ALL		0x05u
#define HDA_RIRBSIZE		0x5e	/* 8 */
#define HDA_RP_RESET		0x8000u	/* of CORBRP and RIRBWP */
#define HDA_SIZE_256		0x02u	/* of CORBSIZE and RIRBSIZE; bit 6: can be had */
#define HDA_SIZE_CAN_256	0x40u
#define HDA_ICW			0x60	/* 32 */
#define HDA_IRR			0x64	/* 32 */
#define HDA_ICS			0x68	/* 16 */
#define HDA_ICS_BUSY		0x0001u
#define HDA_ICS_VALID		0x0002u	/* write 1 to clear */
#define HDA_DPLBASE		0x70	/* 32 */
#define HDA_DPLBASE_ENABLE	0x0001u
#define HDA_DPUBASE		0x74	/* 32 */

/* ---- capabilities, each with a header: its id, and the offset of the next ---------- */

#define HDA_CAP_NEXT(h)		((h) & 0xffff)
#define HDA_CAP_ID(h)		((h) >> 16 & 0xfff)
#define HDA_CAP_LINKS		2
#define HDA_LINKS_LCAP		0x40	/* 32, of the first link */
#define HDA_LINKS_LCTL		0x44	/* 32, of the first link */
#define HDA_LCTL_SCF		0x0000000fu	/* clock: n means bit n of LCAP */
#define HDA_LCTL_SPA		0x00010000u	/* power is requested ... */
#define HDA_LCTL_CPA		0x00800000u	/* ... and is there */
#define HDA_CAP_PROCESSING	3
#define HDA_PROCESSING_CTL	0x04	/* 32 */
#define HDA_PROCESSING_ON	0xc0000000u	/* GPROCEN, and its interrupt */

/* ---- stream descriptors ---------------------------------------------------------- */

#define HDA_SD(n)		(0x80 + 0x20 * (n))
#define SD_CTL			0x00	/* 24, never more: the next byte is SD_STS */
#define SD_CTL_SRST		0x01u
#define SD_CTL_RUN		0x02u
#define SD_CTL_IRQS		0x1cu	/* buffer complete, FIFO error, descriptor error */
#define SD_CTL_TAG		0x02	/* 8: the third byte of SD_CTL, tag in its upper half */
#define SD_STS			0x03	/* 8, write 1 to clear */
#define SD_STS_BCIS		0x04u
#define SD_STS_ALL		0x1cu
#define SD_LPIB			0x04	/* 32, read only */
#define SD_CBL			0x08	/* 32 */
#define SD_LVI			0x0c	/* 16 */
#define SD_FIFOS		0x10	/* 16, read only */
#define SD_FMT			0x12	/* 16 */
#define SD_BDPL			0x18	/* 32 */
#define SD_BDPU			0x1c	/* 32 */

#define HDA_FMT_CHANNELS	0x000fu	/* their number less one */
#define HDA_FMT_44K		0x4000u
#define HDA_FMT_16		0x0010u
#define HDA_FMT_20		0x0020u	/* these three in 4 bytes, the upper ones */
#define HDA_FMT_24		0x0030u
#define HDA_FMT_32		0x0040u

/* Buffer descriptor list: address 64, length 32, flags 32. */
#define HDA_BDL_ENTRY		16
#define HDA_BDL_MAX		256
#define HDA_BDL_IOC		1u

/* A page with copies of WALCLK and every LPIB, for mappings. */
#define HDA_ALIAS		0x2000
#define HDA_ALIAS_BYTES		0x1000

/* PCI configuration. TCSEL: traffic class of the DMA. */
#define HDA_PCI_VENDOR		0x00
#define HDA_PCI_DEVICE		0x02
#define HDA_PCI_COMMAND		0x04
#define HDA_PCI_COMMAND_MASTER	0x0004u
#define HDA_PCI_ATI_SNOOP	0x42
#define HDA_PCI_ATI_SNOOP_MASK	0x07u
#define HDA_PCI_ATI_SNOOP_ON	0x02u
#define HDA_PCI_TCSEL		0x44
#define HDA_PCI_TCSEL_MASK	0x07u
#define HDA_PCI_CGCTL		0x48	/* Skylake and later */
#define HDA_PCI_CGCTL_GATE	0x40u
#define HDA_PCI_DEVC		0x78	/* likewise, where the capability for it is hidden */
#define HDA_PCI_DEVC_NO_SNOOP	0x0800u
#define HDA_PCI_INTEL		0x8086u

/* ---- verbs ------------------------------------------------------------------------ */

#define VERB(v, payload)	((v) << 8 | (payload))		/* of 12 bits and 8 */
#define HDA_VERB_MASK		0x000fffffu
#define VERB4(v, payload)	((v) << 16 | (payload))		/* of 4 bits and 16 */

#define VERB_FORMAT		0x2
#define VERB_AMP		0x3
#define AMP_OUTPUT		0x8000u
#define AMP_INPUT		0x4000u
#define AMP_LEFT		0x2000u
#define AMP_RIGHT		0x1000u
#define AMP_INDEX(i)		((i) << 8)
#define AMP_INPUTS		16	/* that an index can address */
#define AMP_MUTE		0x0080u
#define VERB_COEF		0x4
#define VERB_COEF_INDEX		0x5
#define VERB_GET_COEF		0xc00
#define VERB_SELECT		0x701
#define VERB_POWER		0x705
#define VERB_STREAM		0x706
#define VERB_PIN		0x707
#define PIN_OUT			0x40u
#define PIN_HEADPHONE		0x80u
#define PIN_IN			0x20u
#define PIN_VREF_80		0x04u
#define PIN_VREF_50		0x01u
#define VERB_EAPD		0x70c
#define EAPD_ON			0x02u
#define VERB_DIGITAL		0x70d
#define DIGITAL_ON		0x01u
#define VERB_GET_PARAMETER	0xf00
#define VERB_GET_CONNECTIONS	0xf02
#define VERB_GET_POWER		0xf05
#define VERB_GET_PIN_CONFIG	0xf1c

#define PARAM_VENDOR		0x00
#define PARAM_NODES		0x04
#define PARAM_GROUP_TYPE	0x05
#define GROUP_AUDIO		1
#define PARAM_WIDGET		0x09
#define PARAM_PCM		0x0a
#define PCM_RATES		0x000007ffu	/* those that have a format, see stream.c */
#define PCM_16			0x00020000u
#define PCM_20			0x00040000u
#define PCM_24			0x00080000u
#define PCM_32			0x00100000u
#define PCM_SIZES		(PCM_16 | PCM_20 | PCM_24 | PCM_32)
#define PARAM_PIN		0x0c
#define PIN_CAN_OUT		0x00000010u
#define PIN_CAN_IN		0x00000020u
#define PIN_HAS_HDMI		0x00000080u
#define PIN_HAS_VREF_50		0x00000200u
#define PIN_HAS_VREF_80		0x00001000u
#define PIN_HAS_EAPD		0x00010000u
#define PIN_HAS_DP		0x01000000u
#define PARAM_AMP_IN		0x0d
#define PARAM_CONNECTIONS	0x0e
#define CONNECTIONS_LONG	0x80u
#define PARAM_AMP_OUT		0x12
#define AMP_OFFSET(caps)	((caps) & 0x7f)
#define AMP_STEPS(caps)		((caps) >> 8 & 0x7f)
#define AMP_STEP_CDB(caps)	((((caps) >> 16 & 0x7f) + 1) * 25)
#define AMP_CAN_MUTE		0x80000000u

#define WIDGET_STEREO		0x00000001u
#define WIDGET_AMP_IN		0x00000002u
#define WIDGET_AMP_OUT		0x00000004u
#define WIDGET_AMP_OVERRIDE	0x00000008u
#define WIDGET_FORMAT_OVERRIDE	0x00000010u
#define WIDGET_CONNECTIONS	0x00000100u
#define WIDGET_DIGITAL		0x00000200u
#define WIDGET_POWER		0x00000400u
#define WIDGET_DELAY(caps)	((caps) >> 16 & 15)
#define WIDGET_TYPE(caps)	((caps) >> 20 & 15)
#define WIDGET_DAC		0
#define WIDGET_ADC		1
#define WIDGET_MIXER		2
#define WIDGET_SELECTOR		3
#define WIDGET_PIN		4

#define CONFIG_PORT(c)		((c) >> 30)
#define PORT_NONE		1
#define PORT_FIXED		2
#define CONFIG_UNCONNECTED(c)	(CONFIG_PORT(c) == PORT_NONE)
#define CONFIG_ORDER(c)		((c) & 0xff)	/* group, then the order in it */
#define CONFIG_GROUP(c)		((c) >> 4 & 15)
#define CONFIG_DEVICE(c)	((c) >> 20 & 15)
#define DEVICE_LINE_OUT		0x0
#define DEVICE_SPEAKER		0x1
#define DEVICE_HEADPHONE	0x2
#define DEVICE_SPDIF_OUT	0x4
#define DEVICE_DIGITAL_OUT	0x5
#define DEVICE_LINE_IN		0x8
#define DEVICE_AUX		0x9
#define DEVICE_MIC		0xa

#endif
