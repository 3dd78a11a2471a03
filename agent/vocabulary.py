"""Words of the trade in both languages: road kinds to avoid, needs, and category words.

The category words here only tell a kind of place from a name while understanding; which OSM tags they
mean is the place search's knowledge.
"""

from __future__ import annotations

from agent.intent import Avoid, Need

AVOID_ZH: tuple[tuple[str, Avoid], ...] = (
    (r"高速(?:公路|路|道路|段|路段)?|快速路|环路", "motorway"),
    (r"收费(?:站|路|公路|路段|的路|的路段|道路|高速|的)?|过路费|花钱的路|要钱的路?|交钱的路?|过桥费", "toll"),
    (r"轮渡|渡轮|渡船|摆渡|渡口|坐船|船", "ferry"),
    (
        r"土路|烂路|石子路|砂石路|碎石路|泥路|泥巴路|未铺装(?:的)?(?:路面|道路|路)?|非铺装(?:路面|道路)?|没铺的路|颠簸的路",
        "unpaved",
    ),
)
AVOID_EN: tuple[tuple[str, Avoid], ...] = (
    (r"(?:motor|high|free|express)ways?|interstates?|autobahn", "motorway"),
    (r"toll(?:s|ways?| roads?| booths?| plazas?| gates?| fees?)?|paid roads?|paying(?: tolls)?", "toll"),
    (r"ferr(?:y|ies)(?: crossings?| boats?)?|boats?", "ferry"),
    (
        r"(?:dirt|unpaved|gravel|unsealed|muddy|bumpy|rough) (?:roads?|tracks?|stretch(?:es)?)|unpaved|gravel|dirt",
        "unpaved",
    ),
)

NEEDS_ZH: tuple[tuple[str, Need], ...] = (
    (
        r"(?:我|我们|大家|孩子|小孩|娃|肚子)*(?:都|有点|有些|好|很|真|快|太|饿|实在)*饿(?:了|死|坏|扁|得慌|得不行)*|肚子(?:咕咕|空空).*",
        "food",
    ),
    (
        r"(?:找|去|弄|想|要|该|得|先)*(?:个|点|些)?(?:地方|地儿)?(?:吃(?:点|个|顿)?(?:饭|东西|的|早饭|午饭|晚饭|早餐|午餐|晚餐|宵夜|夜宵)?|填填?肚子|垫垫?肚子)",
        "food",
    ),
    (
        r"(?:我?的?(?:车|车子|油箱))?(?:好像|快|马上|已经|就|要|都|里|有点)*(?:没|没有|缺|不够)油了?|(?:车|车子|油箱)?(?:快|要)?(?:见底|空)了|油(?:表|灯|量)?(?:亮|快)*(?:不多|不够|没|亮|低|快没|用完|耗尽|报警)(?:了|灯了)?|(?:该|得|要|想|去|先|找个地方|找地方)*加(?:个|点|一下|下|满)?油(?:了)?",
        "fuel",
    ),
    (
        r"(?:我?的?车|车子|电车|电池)?(?:快|马上|要|就)*没(?:有)?电了?|电(?:池|量)?(?:快|剩得|有点)*(?:不多|不够|没|低|用完|见底|报警)了?|(?:该|得|要|想|去|先|找个地方|找地方)*(?:给车)?(?:充(?:个|点|一下|下|会儿)?电)(?:了)?",
        "charging",
    ),
    (
        r"(?:有点|好|太|很|真|实在|开|我|都)*(?:困|累|乏|疲劳|犯困|打瞌睡|累死|困死|疲倦)(?:了|死了|得不行|得要命)?|(?:想|要|该|得|找个地方|找地方|先|停下来?)*(?:休息|歇)(?:一下|一会儿?|会儿?|下|歇|脚)?|(?:想|要)?(?:眯|睡|打个盹)(?:一会儿?|会儿?|一觉|个盹)?",
        "rest",
    ),
    (
        r"(?:我|我们|孩子|小孩|娃|憋|实在|想|要|得|急|赶紧|找个地方|找地方|先|快)*(?:上(?:个|一下|下)?(?:厕所|洗手间|卫生间)|尿尿|方便一下|解手|内急|尿急|憋不住了?|小便|大便|拉肚子)(?:了)?",
        "toilet",
    ),
    (
        r"(?:想|要|去|找个地方|找地方|来|我|先)*(?:喝|买|来)?(?:杯|一杯|点|个)?咖啡(?:因)?(?:提提神)?|(?:想|要)?提提?神",
        "coffee",
    ),
    (
        r"(?:好|太|很|有点|我|口|嘴|都)*(?:渴|口渴|口干)(?:了|死了)?|(?:想|要|找)*(?:个|点)?(?:地方)?(?:喝|买)(?:点|口|瓶)?(?:水|饮料|喝的|的|东西)?",
        "drink",
    ),
    (
        r"(?:找|想|要|该|得|去|先)*(?:个|地方|地儿)*(?:停(?:个|一下|下)?车|把车停(?:了|下|好|一下)?|停)",
        "parking",
    ),
    (
        r"(?:今晚|晚上|今天|今天晚上|我们?|找|想|要|得|该)*(?:个|在)?(?:地方|地儿|哪)?(?:住(?:一晚|一宿|一夜|下|宿|的地方|一下)?|过夜|落脚|睡觉|住哪)",
        "hotel",
    ),
    (
        r"(?:我|孩子|小孩|有点|好像|想|要|去|得)*(?:头疼|头痛|感冒|发烧|晕车|咳嗽|嗓子疼|肚子疼|胃疼|不舒服|生病|买(?:点|个|些|盒)?(?:感冒|退烧|晕车|止疼|胃|消炎)?药)(?:了)?",
        "pharmacy",
    ),
    (
        r"(?:快|赶紧|我|有人|他|她|孩子|去|要|得|送)*(?:受伤|看(?:个)?病|看医生|晕倒|流血|急诊|胸口疼|去医院|昏倒|骨折)(?:了)?",
        "hospital",
    ),
    (
        r"(?:我的?|轮胎|车胎|车|车子|好像|发动机|胎)*(?:爆胎|扎胎|漏气|没气|坏|抛锚|出毛病|有(?:点)?(?:异响|毛病|问题)|故障|打不着火|打不着|冒烟|熄火)(?:了)?|(?:想|要|得|去)*(?:修(?:个|一下|下)?车|补(?:个|一下|下)?胎|换(?:个)?胎)",
        "repair",
    ),
    (
        r"(?:想|要|去|我|找个地方|附近)*(?:逛街|购物|买(?:点|些)?东西|逛逛街|买(?:点|些)?衣服|逛商场)",
        "shopping",
    ),
    (
        r"(?:想|要|去|我|找|得|先)*(?:个地方|地方)?(?:取(?:点|个|一下|些)?(?:钱|现金|款)|提现|没(?:带)?现金了?)",
        "cash",
    ),
    (
        r"(?:好|很|太|真)?(?:无聊)(?:了|死了)?|(?:想|要|去|找|我|有没有|有什么|哪里|有啥|啥|什么)*(?:个|点)?(?:地方|地儿)?(?:玩|转转|逛逛|散散心|走走)(?:的地方)?|(?:有什么|有啥|有没有什么?|什么)?(?:好玩|值得(?:看|去|逛|玩))(?:的)?(?:地方|景点|去处)?",
        "sights",
    ),
)
NEEDS_EN: tuple[tuple[str, Need], ...] = (
    (
        r"(?:i'?m|i am|we'?re|we are|the kids are|everyone is|my son is|my daughter is)?\s*(?:so |very |really |getting |a bit |kind of |pretty |absolutely |all )*(?:hungry|starving|peckish|famished)|my stomach(?:'s| is) (?:growling|rumbling|empty)|(?:i |we )?(?:could|want to|wanna|need to|would like to|'d like to|gotta|should) (?:really )?(?:eat|have|grab|get)(?: a bite| something| some food| lunch| dinner| breakfast| a meal| some lunch| some dinner)?(?: to eat)?|(?:i |we )?(?:need|want|could use) (?:some |a )?(?:food|something to eat|bite|snack|meal|lunch|dinner|breakfast)|(?:a |some )?(?:place|where|somewhere|something|anything|anywhere) (?:good |nice |cheap )?(?:to eat|for (?:lunch|dinner|breakfast))|(?:let'?s |time to |time for )(?:eat|grab a bite|get (?:some )?food|have (?:lunch|dinner|breakfast)|lunch|dinner|breakfast)",
        "food",
    ),
    (
        r"(?:i'?m|i am|we'?re|we are|the car(?:'s| is)|car's|the tank(?:'s| is)|my tank is)?\s*(?:almost |nearly |running |about to run |getting |going to run |pretty |a bit )*(?:low on|out of|short on|short of) (?:gas|fuel|petrol|diesel)|(?:the )?(?:fuel|gas|petrol) (?:light|gauge|warning|tank)(?:'s| is| just)?(?: come| came)?(?: on| low| almost empty| nearly empty| blinking| empty)|(?:the )?tank(?:'s| is) (?:almost |nearly )?empty|(?:i |we )?(?:need|want|have|'ve got|gotta|must)(?: to)? (?:some |get |buy |to |more |put in )*(?:gas|fuel|petrol|diesel|refuel|fill up|gas up|tank up)(?: the (?:car|tank))?|fill (?:'er|her|it) up|(?:somewhere |a place |where )(?:to )?(?:refuel|fill up|get gas|get petrol)|(?:the car )?needs (?:gas|fuel|petrol)",
        "fuel",
    ),
    (
        r"(?:the |my )?(?:battery|charge)(?:'s| is)? (?:almost |nearly |getting |running |very )*(?:low|empty|dead|flat|dying)|(?:i |we )?(?:need|want|have|must)(?: to)? (?:a |to |some )?(?:charge|recharge|juice|charging)(?: (?:the|my) (?:car|battery))?|(?:i'?m|we'?re) (?:almost |nearly |running )*(?:out of|low on) (?:battery|charge|juice|power)|(?:somewhere |a place |where )(?:can i |to )?(?:charge|recharge)(?: (?:the|my) (?:car|ev))?",
        "charging",
    ),
    (
        r"(?:i'?m|i am|we'?re)?\s*(?:so |very |really |getting |a bit |kind of |falling |feeling |pretty )*(?:tired|sleepy|exhausted|asleep|drowsy|worn out)|(?:i |we )?(?:need|want|should|could use|'d like)(?: to)? (?:a |some |take a |have a |get some |stop for a |to )*(?:break|rest|nap|stretch my legs|stretch our legs)|(?:a |some)?(?:place|where|somewhere) to (?:rest|take a break|nap|stretch)|(?:let'?s|time to|time for a) (?:take a break|have a rest|rest|break)",
        "rest",
    ),
    (
        r"(?:i |we |the kids? |my (?:son|daughter|kid) )?(?:really |badly |urgently )?(?:need|needs|have|has|gotta|want|got)(?: to)? (?:really |badly )?(?:pee|go to the (?:toilet|bathroom|restroom|loo)|use the (?:toilet|bathroom|restroom|loo)|the (?:toilet|bathroom|loo)|a (?:toilet|bathroom|restroom|pee|loo)(?: break| stop)?|wee|go potty)|nature calls|(?:bathroom|toilet|pee) (?:break|stop)|where can i pee",
        "toilet",
    ),
    (
        r"(?:i |we )?(?:need|want|could use|'d like|would like|fancy|'d love|could do with)(?: to)? (?:a |some |get |grab |have |drink )*(?:cup of )?(?:coffee|caffeine|espresso|latte|cappuccino)|(?:let'?s )?(?:get|grab|have) (?:a |some )?(?:cup of )?coffee|coffee (?:break|time)",
        "coffee",
    ),
    (
        r"(?:i'?m|i am|we'?re)?\s*(?:so |very |really |a bit |dying of )?(?:thirsty|thirst|parched)|(?:i |we )?(?:need|want|could use|'d like)(?: to)? (?:a |some |get |buy |something to |to )*(?:drink|water)(?: of water)?|something to drink",
        "drink",
    ),
    (
        r"(?:i |we )?(?:need|want|have|where can i|where do i|where can we|where should i)(?: to)? (?:a |some |place |somewhere |spot |find |to )*park(?: the car| my car| here| around here)?|(?:a |some)?(?:place|where|somewhere|spot) to (?:park|leave the car)(?: the car)?",
        "parking",
    ),
    (
        r"(?:i |we )?(?:need|want|have)(?: to)? (?:a |some |place |somewhere |find |to )*(?:stay|sleep|crash|spend the night)(?: (?:tonight|for the night|overnight|the night))?|(?:a |some)?(?:place|where|somewhere) to (?:stay|sleep|crash|spend the night)(?: (?:tonight|for the night|overnight))?|where can (?:i|we) (?:stay|sleep)(?: tonight)?",
        "hotel",
    ),
    (
        r"(?:i |my (?:son|daughter|kid|wife|husband) )?(?:have|has|'ve got|got|need|needs) (?:a |some |to buy |to get )*(?:headache|fever|cold|painkillers?|medicine|aspirin|ibuprofen|cough|sore throat|stomach ?ache|medication|band-?aids?|plasters?)|(?:i |my (?:son|daughter|kid) )?(?:feel|feels|am|is|'m) (?:car ?sick|sick|unwell|nauseous)",
        "pharmacy",
    ),
    (
        r"(?:i |we |he |she |someone |my (?:son|daughter|kid|wife|husband) )?(?:need|needs|is|am|'s|has|have)(?: to)? (?:a |an |see a |to |badly )*(?:doctor|hurt|injured|bleeding|er|emergency room|ambulance|chest pains?|fainted)|(?:this is |it'?s |medical )(?:an )?emergency|take (?:him|her|us) to (?:the )?(?:er|emergency room)",
        "hospital",
    ),
    (
        r"(?:i'?ve |i |we |we'?ve )?(?:got|have|has) (?:a |got a )*(?:flat|puncture|flat tire|flat tyre|breakdown)|(?:the |my )?(?:car|engine|tire|tyre)(?:'s| is| has| just| won'?t)?(?: a)? (?:making (?:a |some )?(?:strange|weird|funny) noises?|broken(?: down)?|broke down|overheating|smoking|flat|puncture|start|blew|acting up|losing air)|(?:i |we )?need (?:a |to )*(?:mechanic|tow|tow truck|fix the car|get the car fixed|repair)",
        "repair",
    ),
    (
        r"(?:i |we )?(?:want|need|'d like|would like)(?: to)? (?:go |do some |some |to )*(?:shopping|buy (?:some )?clothes)|go shopping|(?:somewhere|a place|where) to shop",
        "shopping",
    ),
    (
        r"(?:i |we )?(?:need|want)(?: to)? (?:some |get |withdraw |to )*(?:cash|money)(?: out)?|i'?m out of cash|withdraw (?:some )?(?:cash|money)",
        "cash",
    ),
    (
        r"(?:i'?m|we'?re|the kids are) bored|(?:what|anything|something|things|stuff|somewhere|a place)(?:'s| is)?(?: there)?(?: fun| interesting| nice| worth seeing)? ?(?:to (?:do|see|visit)|fun|worth seeing|worth visiting|interesting)(?: (?:around )?here| nearby| around)?",
        "sights",
    ),
)

CATEGORY_ZH = (
    "加油站 中石化 中石油 充电站 充电桩 超级充电站 换电站 停车场 停车位 车位 地下停车场 酒店 宾馆 旅馆 旅店 民宿 快捷酒店 青旅 青年旅舍 招待所 "
    "餐厅 餐馆 饭店 饭馆 小吃 小吃店 快餐 快餐店 火锅 火锅店 烧烤 烧烤店 面馆 拉面 拉面馆 川菜 粤菜 湘菜 日料 寿司 日本料理 韩餐 韩国料理 西餐 西餐厅 披萨 汉堡 "
    "素食 素食餐厅 海鲜 烤鸭 饺子 饺子馆 早餐 早餐店 食堂 面包店 蛋糕店 甜品店 奶茶 奶茶店 冰淇淋 咖啡 咖啡店 咖啡馆 咖啡厅 茶馆 酒吧 夜店 KTV 网吧 "
    "厕所 公共厕所 公厕 卫生间 洗手间 服务区 休息区 休息站 药店 药房 医院 诊所 急诊 牙医 宠物医院 兽医 超市 便利店 商场 购物中心 商店 菜市场 市场 书店 花店 "
    "水果店 五金店 手机店 服装店 玩具店 理发店 银行 取款机 提款机 ATM 自动取款机 邮局 快递 派出所 警察局 公安局 消防局 加气站 修车店 修理厂 汽修 汽修店 轮胎店 补胎 4S店 "
    "洗车 洗车店 租车 公园 博物馆 美术馆 动物园 植物园 水族馆 图书馆 电影院 剧院 剧场 音乐厅 景点 景区 旅游景点 古迹 教堂 寺庙 清真寺 城堡 纪念碑 观景台 沙滩 海滩 游乐场 "
    "游乐园 健身房 游泳馆 游泳池 体育馆 球场 滑雪场 高尔夫 学校 小学 中学 幼儿园 大学 地铁站 公交站 车站 火车站 汽车站 机场 码头 港口 大使馆 政府 法院 墓地 喷泉 "
    "好玩的 好吃的 吃的 吃饭的地方 住的地方 玩的地方 中餐 中餐馆 中国菜 中餐厅 泰国菜 印度菜 意大利菜 意大利餐厅 法国餐厅 牛排 牛排店 炸鸡 麻辣烫 酸辣粉 米线 桂林米粉 "
    "羊肉串 烤肉 烤鱼 小龙虾 自助餐 园林 花园 温泉 桑拿 露营地 野餐区 雕像 画廊 遗址 古镇 老城 露营"
).split()
CATEGORY_EN = (
    "gas station|petrol station|fuel station|filling station|gas|petrol|diesel|charging station|charging point|charger|chargers|ev charger|"
    "fast charger|charging|supercharger|parking|parking lot|parking garage|car park|parking space|parking spot|hotel|motel|hostel|guesthouse|"
    "guest house|b&b|bed and breakfast|lodging|accommodation|restaurant|diner|food|fast food|burger|burgers|burger place|pizza|pizzeria|"
    "pizza place|sushi|sushi place|sushi bar|noodles|noodle shop|ramen|steakhouse|steak|seafood|chinese restaurant|chinese food|chinese|"
    "thai food|thai restaurant|indian food|indian restaurant|italian restaurant|italian food|mexican food|mexican restaurant|"
    "french restaurant|japanese restaurant|korean restaurant|vegetarian restaurant|vegan restaurant|vegan food|kebab|kebab place|hotpot|"
    "barbecue|bbq|bakery|cafe|coffee|coffee shop|coffee house|coffee place|tea house|bar|pub|nightclub|ice cream|ice cream shop|"
    "toilet|toilets|restroom|bathroom|public toilet|wc|loo|rest area|rest stop|service area|pharmacy|drugstore|chemist|hospital|clinic|"
    "doctor|dentist|vet|veterinary|emergency room|supermarket|grocery store|grocery|convenience store|mall|shopping mall|"
    "shopping centre|shopping center|department store|store|shop|market|bookstore|bookshop|florist|flower shop|hardware store|"
    "shoe shop|clothes shop|clothing store|toy store|toy shop|hairdresser|barber|bank|atm|cash machine|cashpoint|post office|"
    "police station|police|fire station|mechanic|garage|car repair|repair shop|tire shop|tyre shop|car wash|car rental|park|museum|"
    "art museum|gallery|art gallery|zoo|aquarium|library|cinema|movie theater|movie theatre|theatre|theater|concert hall|attraction|"
    "attractions|sights|tourist attraction|monument|church|temple|mosque|synagogue|cathedral|castle|viewpoint|lookout|beach|playground|"
    "amusement park|theme park|gym|fitness center|swimming pool|pool|stadium|ski resort|golf course|school|kindergarten|university|"
    "college|subway station|metro station|tram stop|bus stop|bus station|train station|railway station|airport|harbour|harbor|port|"
    "ferry terminal|embassy|fountain|statue|campsite|camping|picnic area|spa|sauna|hot spring|laundry|laundromat|liquor store|"
    "place to eat|somewhere to eat|place to stay|water fountain|drinking water|bike shop|rental car"
).split("|")
