"""North American area codes: the state or province each belongs to, and every zone that its numbers may be in.

Written out because no library has it right: `phonenumbers` puts 689 (Orlando) into Central time, gives overlays of a
split area one zone only, and lets unlisted exchanges of a split area fall into one of its zones. Where an area reaches
into another zone by seven ZIPs or more, both zones count. Checked against the area codes of every ZIP in tests.
"""

from __future__ import annotations

from dataclasses import dataclass

from arrears.policy.same_clocks import CANADIAN_ZONES, US_ZONES

_TABLE = """
US-AK A,K 907
US-AL C   205 251 659
US-AL E,C 256 334 483 938
US-AR C   327 479 501 870
US-AZ Z   480 520 602 623
US-AZ M,Z,P 928
US-CA P   209 213 279 310 323 341 350 357 369 408 415 424 510 530 559 562 619 626 628 650 657 661 669 707 714 738 747
US-CA P   805 818 820 831 840 858 909 916 925 949 951
US-CA Z,P 442 760
US-CO M   303 719 720 748 970 983
US-CT E   203 475 860 959
US-DC E   202 771
US-DE E   302
US-FL E   239 305 321 324 352 386 407 561 645 656 689 727 728 754 772 786 813 863 904 941 954
US-FL E,C 448 850
US-GA E   404 470 478 678 770 912 943
US-GA E,C 229 706 762
US-GU G   671
US-HI H   808
US-IA C   319 515 563 641 712
US-ID M,P 208 986
US-IL C   224 309 312 331 464 618 630 708 730 773 779 815 847 861 872
US-IL E,C 217 447
US-IN E   260 317 463
US-IN E,C 219 574 765 812 930
US-KS C   316 913
US-KS C,M 620 785
US-KY E   502 859
US-KY E,C 270 364 606
US-LA C   225 318 337 457 504 985
US-MA E   339 351 413 508 617 774 781 857 978
US-MD E   227 240 301 410 443 667
US-ME E   207
US-MI E   231 248 269 313 517 586 616 679 734 810 947 989
US-MI E,C 906
US-MN C   218 320 507 612 651 763 924 952
US-MO C   235 314 417 557 573 636 660 816 975
US-MP G   670
US-MS C   228 471 601 662 769
US-MT M   406
US-NC E   252 336 472 704 743 828 910 919 980 984
US-ND C,M 701
US-NE C,M 308 402 531
US-NH E   603
US-NJ E   201 551 609 640 732 848 856 862 908 973
US-NM M   505
US-NM C,M,Z 575
US-NV P   702 725
US-NV M,P 775
US-NY E   212 315 329 332 347 363 465 516 518 585 607 624 631 646 680 716 718 838 845 914 917 929 934
US-OH E   216 220 234 283 326 330 380 419 436 440 513 567 614 740 937
US-OK C   405 539 572 580 918
US-OR P   503 971
US-OR M,P 458 541
US-PA E   215 223 267 272 412 445 484 570 582 610 717 724 814 835 878
US-PR R   787 939
US-RI E   401
US-SC E   803 821 839 843 854 864
US-SD C,M 605
US-TN E   865
US-TN C   615 629 731 901
US-TN E,C 423 729 931
US-TX C   210 214 254 281 325 346 361 409 430 469 512 682 713 726 737 817 830 832 903 936 940 945 956 972 979
US-TX C,M 432 806
US-TX M   915
US-UT M   385 435 801
US-VA E   276 434 540 571 686 703 757 804 826 948
US-VI R   340
US-VT E   802
US-WA P   206 253 360 425 509 564
US-WI C   262 274 353 414 534 608 715 920
US-WV E   304 681
US-WY M   307
US-AS S   684
CA-AB Edmonton 368 403 587 780 825
CA-BC Vancouver 604
CA-BC Vancouver,Edmonton,Fort_Nelson 236 250 257 672 778
CA-MB Winnipeg 204 431 584
CA-NB Halifax 428 506
CA-NL St_Johns,Halifax 709 879
CA-NS Halifax 782 902
CA-ON Toronto 226 249 289 343 365 382 387 416 437 519 548 613 647 683 705 742 753 905 942
CA-ON Toronto,Winnipeg 807
CA-QC Toronto 263 354 438 450 468 514 579 819 873
CA-QC Toronto,Halifax 367 418 581
CA-SK Regina,Edmonton 306 474 639
CA-YT Whitehorse,Edmonton,Winnipeg,Toronto,Vancouver 867
"""

_NOWHERE = """
800 822 833 844 855 866 877 880 881 882 883 884 885 886 887 888 889
500 521 522 523 524 525 526 527 528 529 532 533 535 538 542 543 544 545 546 547 549 550 552 553 554 556 566 569 577 578
588 589 600 622 633 644 655 677 688 700 710 900
"""
NON_GEOGRAPHIC = frozenset(_NOWHERE.split())
"""Codes that belong to no place: toll-free (in use and reserved), personal and machine numbers, special services."""


@dataclass(frozen=True)
class Area:
    """One area code: the state or province it belongs to, as `US-KY`, and every zone its numbers may be in."""

    place: str
    zones: frozenset[str]


def _read(table: str) -> dict[str, Area]:
    zones = {**US_ZONES, **CANADIAN_ZONES}
    found: dict[str, Area] = {}
    for line in table.strip().splitlines():
        place, letters, *codes = line.split()
        area = Area(place, frozenset(zones[letter] for letter in letters.split(",")))
        found |= dict.fromkeys(codes, area)
    return found


AREA_CODES = _read(_TABLE)
"""Every area code of the United States and Canada in use or announced."""
